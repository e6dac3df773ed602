#!/bin/sh
set -e
for arch in amd64 arm64; do
    docker build --build-arg ARCH=linux/$arch -t arch:$arch --build-arg BUILDER_ARCH=$arch .
done
