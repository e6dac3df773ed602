#!/bin/sh
if [ -z "$SKIP_COMPILE" ]; then
    docker build -t probe:build -f Dockerfile.build .
fi
docker create --name probe-tmp probe:build
docker cp probe-tmp:/src/app app
docker rm probe-tmp
docker build -t probe:latest .
