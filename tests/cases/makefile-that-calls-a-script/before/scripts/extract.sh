#!/bin/sh
set -e
docker build -t b -f Dockerfile.build .
docker create --name tmp b
docker cp tmp:/src/app app
docker rm tmp
