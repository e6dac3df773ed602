#!/bin/bash
set -e
services=(api worker)
docker build -t stage/build -f Dockerfile.build .
id=$(docker create stage/build)
for name in "${services[@]}"; do
    mkdir -p "dist/$name"
    docker cp "$id:/out/$name" "dist/$name/app"
    cp "Dockerfile.$name" "dist/$name/Dockerfile"
    docker build -t "stage/$name" "dist/$name"
done
docker rm -v "$id"
rm -rf dist
