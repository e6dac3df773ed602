#!/bin/sh
REVISION=7
docker build --build-arg REVISION=$REVISION -t once:build -f Dockerfile.build .
docker create --name once once:build
docker cp once:/go/src/once/once .
docker rm once
docker build --build-arg REVISION=$REVISION -t once:latest .
rm once
