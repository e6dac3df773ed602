#!/bin/sh
if ! docker build -t probe:build -f Dockerfile.build .; then
    echo "cannot compile"
    exit 1
fi
docker create --name probe-tmp probe:build
docker cp probe-tmp:/src/app app
docker rm probe-tmp

if ! docker build -t probe:latest .; then
    echo "cannot build the image"
    exit 1
fi
