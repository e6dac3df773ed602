#!/bin/bash
for arch in amd64 arm64; do
    docker build -t probe:$arch --build-arg ARCH=$arch .
done
