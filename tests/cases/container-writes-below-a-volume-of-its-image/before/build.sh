#!/bin/sh
set -e
docker build -t reports/build -f Dockerfile.build .
docker run --name reports reports/build
docker cp reports:/work/out .
docker rm -v reports
docker build -t reports .
rm -rf out
