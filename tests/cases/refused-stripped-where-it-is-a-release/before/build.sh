#!/bin/sh
docker build -t probe:build -f Dockerfile.build .
docker create --name probe-tmp probe:build
docker cp probe-tmp:/src/app app
docker rm probe-tmp
if [ -n "$RELEASE" ]; then
    strip app
fi
docker build -t probe:latest .
