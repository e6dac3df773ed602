#!/bin/sh
set -e
docker build -t herald:build -f Dockerfile.build .
docker create --name herald herald:build
docker cp herald:/src/a.out .
docker rm herald
cp a.out herald
docker build -t herald:latest .
rm -f a.out herald
