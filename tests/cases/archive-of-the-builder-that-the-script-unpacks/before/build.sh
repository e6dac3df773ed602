#!/bin/bash
# The release archive is unpacked into the folder that the image is built from.
set -euo pipefail

docker build -t example/report-build -f Dockerfile.build .
id=$(docker create example/report-build)
rm -rf image
mkdir image
cp Dockerfile run.sh image/
docker cp "$id:/work/report.tar.gz" image/
docker rm "$id"
cd image
tar -xzf report.tar.gz --strip-components=1
rm report.tar.gz
docker build -t example/report .
