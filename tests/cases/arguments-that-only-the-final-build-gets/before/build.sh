#!/bin/sh
set -e
docker build -t late:build -f Dockerfile.build .
docker create --name late late:build
docker cp late:/go/src/late/late .
docker rm late
docker build --build-arg VERSION=2 --build-arg CHANNEL=beta -t late:latest .
rm late
