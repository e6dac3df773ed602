#!/bin/sh
set -e
docker build -t probe:build -f Dockerfile.build .
docker create --name probe-tmp probe:build
for file in app defaults.conf; do
    docker cp probe-tmp:/src/$file $file
done
docker rm probe-tmp
docker build -t probe .
