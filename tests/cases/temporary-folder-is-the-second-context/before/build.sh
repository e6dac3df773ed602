#!/bin/bash
set -e
work=$(mktemp -d)
docker build -t app-build -f Dockerfile.build .
docker create --name app-extract app-build
docker cp app-extract:/go/bin/app "$work/app"
docker rm app-extract
cp docker/Dockerfile "$work/Dockerfile"
docker build -t app "$work"
rm -rf "$work"
