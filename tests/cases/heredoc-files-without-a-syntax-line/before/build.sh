#!/bin/sh
set -e
docker build -t here:build -f Dockerfile.build .
docker create --name here here:build
docker cp here:/src/here .
docker rm here
docker build -t here:latest .
rm here
