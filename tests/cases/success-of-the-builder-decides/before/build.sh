#!/bin/sh
if docker build -t probe:build -f Dockerfile.build .; then
    docker create --name probe-tmp probe:build
    docker cp probe-tmp:/src/app app
    docker rm probe-tmp
    docker build -t probe:latest .
    docker run --rm probe:latest
else
    echo "cannot compile" >&2
    exit 1
fi
