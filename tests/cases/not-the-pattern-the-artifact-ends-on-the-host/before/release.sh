#!/bin/sh
set -e
docker build -t release:build .
docker create --name release release:build
docker cp release:/go/src/release/release ./release-linux-amd64
docker rm release
sha256sum release-linux-amd64 > SHA256SUMS
