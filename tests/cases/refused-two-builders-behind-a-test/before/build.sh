#!/bin/sh
set -e
if [ "$1" = debug ]; then
    docker build -t probe:build -f Dockerfile.debug .
else
    docker build -t probe:build -f Dockerfile.build .
fi
docker create --name probe-tmp probe:build
docker cp probe-tmp:/src/app app
docker rm probe-tmp
docker build -t probe:latest .
