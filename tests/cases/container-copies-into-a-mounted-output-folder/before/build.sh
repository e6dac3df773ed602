#!/bin/sh
set -e
docker build -f Dockerfile.build -t app-build .
mkdir -p out
docker run --rm -v $PWD/out:/out app-build cp bin/app /out/
docker build -t app .
