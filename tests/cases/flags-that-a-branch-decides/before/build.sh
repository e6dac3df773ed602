#!/bin/sh
FLAGS=
if [ -n "$FRESH" ]; then
    FLAGS="--no-cache --pull"
fi
docker build $FLAGS -t probe:build -f Dockerfile.build .
docker create --name probe-tmp probe:build
docker cp probe-tmp:/src/app app
docker rm probe-tmp
docker build $FLAGS -t probe:latest .
