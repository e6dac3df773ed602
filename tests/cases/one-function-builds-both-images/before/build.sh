#!/bin/bash
set -euo pipefail

build_image() {
    local tag=$1 file=$2
    echo "building $tag"
    docker build -t "$tag" -f "$file" .
}

build_image probe:build Dockerfile.build
id=$(docker create probe:build)
docker cp "$id:/src/app" app
docker rm "$id"
build_image probe:latest Dockerfile
