#!/bin/sh
set -e
docker build -t dev:build -f Dockerfile.build .
docker create --name dev dev:build
docker cp dev:/go/src/dev/dev .
docker rm dev
docker build -t dev:latest .
rm dev
