#!/bin/sh
set -e
for arch in amd64 arm64; do
    docker build --build-arg ARCH=$arch -t arch:build-$arch -f Dockerfile.build .
    docker create --name arch arch:build-$arch
    docker cp arch:/go/src/arch/arch .
    docker rm arch
    docker build --build-arg ARCH=linux/$arch -t arch:$arch .
done
rm arch
