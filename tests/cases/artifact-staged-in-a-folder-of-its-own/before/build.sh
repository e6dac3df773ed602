#!/bin/bash
set -e
docker build -t stage:build -f Dockerfile.build .
docker create --name stage stage:build
mkdir -p rootfs/opt
docker cp stage:/go/src/stage/staged rootfs/opt/
docker rm stage
docker build -t stage:latest .
rm -rf rootfs
