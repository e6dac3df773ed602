#!/bin/sh
set -e
docker build --build-arg MODE=static -t mode:build -f Dockerfile.build .
docker create --name mode mode:build
docker cp mode:/go/src/mode/mode .
docker rm mode
docker build --build-arg MODE=production -t mode:latest .
rm mode
