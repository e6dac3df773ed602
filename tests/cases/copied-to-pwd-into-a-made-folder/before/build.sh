#!/bin/bash
set -e
mkdir -p bin
docker build -t lamp:build -f Dockerfile.build .
docker create --name lamp lamp:build
docker cp lamp:/go/src/lamp/lampd "$PWD/bin/"
docker rm lamp
docker build -t lamp:latest .
rm -r bin
