#!/bin/sh
set -e
if ! docker inspect lazy:build >/dev/null 2>&1; then
    docker build -t lazy:build -f Dockerfile.build .
fi
docker create --name lazy-tmp lazy:build
docker cp lazy-tmp:/src/app app
docker rm lazy-tmp
docker build -t lazy:latest .
