#!/bin/sh
for arch in $ARCHES; do
    docker build -t probe:build -f Dockerfile.build .
    docker create --name probe-tmp probe:build
    docker cp probe-tmp:/src/app app
    docker rm probe-tmp
    docker build -t probe:$arch .
done
