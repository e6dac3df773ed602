#!/bin/sh
set -e
docker build -f Dockerfile.build -t app-build .
docker run --rm -v $PWD/target:/target app-build
docker build -t app .
