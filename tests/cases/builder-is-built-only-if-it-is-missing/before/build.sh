#!/bin/sh
set -e
if ! docker inspect probe:build >/dev/null 2>&1; then
    docker build -t probe:build -f Dockerfile.build .
fi
docker create --name probe-tmp probe:build
docker cp probe-tmp:/src/app app
docker rm probe-tmp
docker build -t probe:latest .
