#!/bin/sh
set -e
docker build -t echod:build -f Dockerfile.build .
docker create --name echod-build echod:build
docker cp echod-build:/src/echod echod
docker rm echod-build
docker build -t echod .
rm echod
