#!/bin/bash
for arch in amd64 arm64; do
    docker build --build-arg ARCH=$arch -t probe:build-$arch -f Dockerfile.build .
    docker create --name probe-$arch probe:build-$arch
    docker cp probe-$arch:/src/app app
    docker rm probe-$arch
    docker build -t probe:$arch .
    rm app
done
