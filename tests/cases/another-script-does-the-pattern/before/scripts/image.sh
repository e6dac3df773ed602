#!/bin/bash
set -e
tag=$1
cd "$(dirname "$0")/.."
docker build -t "$tag-build" -f Dockerfile.build .
id=$(docker create "$tag-build")
docker cp "$id:/src/app" app
docker rm "$id"
docker build -t "$tag" .
