#!/bin/bash
set -e
# the image itself is an automated build
docker build -t app-build -f Dockerfile.build .
mkdir -p bin
docker create --name extract app-build
docker cp extract:/go/bin/app bin/app
docker rm extract
echo ready
