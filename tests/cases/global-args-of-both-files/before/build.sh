#!/bin/sh
docker build -t args:build --build-arg GO_VERSION=1.12 -f Dockerfile.build .
docker create --name args args:build
docker cp args:/go/src/args/args .
docker rm args
docker build -t args:latest --build-arg ALPINE_VERSION=3.9 .
rm args
