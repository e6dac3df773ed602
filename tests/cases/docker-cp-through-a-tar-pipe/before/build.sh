#!/bin/bash
set -eo pipefail
docker build -t tool-build -f Dockerfile.build .
id=$(docker create tool-build)
mkdir -p build
docker cp $id:/src/out - | tar x -C build
docker rm -v $id
docker build -t tool .
