#!/bin/bash
set -e

if [ -d out ]; then
  docker rm build
  rm -rf out
fi

docker build -t build -f Dockerfile.build .
docker create --name build build
docker cp build:/src/ out/
docker build -t lamp .
