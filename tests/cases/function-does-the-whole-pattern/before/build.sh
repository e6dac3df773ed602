#!/bin/sh
set -e

image() {
    name=$1
    docker build -t "probe/$name:build" -f "$name/Dockerfile.build" "$name"
    docker create --name "$name-tmp" "probe/$name:build"
    docker cp "$name-tmp:/src/app" "$name/app"
    docker rm "$name-tmp"
    docker build -t "probe/$name" "$name"
}

image api
image worker
