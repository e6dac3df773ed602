#!/bin/sh
set -e
docker build --memory 4g --ulimit nofile=4096 -t meter:native -f native.Dockerfile .
docker create --name meter meter:native
rm -rf target
docker cp meter:/src/target target
docker rm meter
docker build -t meter .
