#!/usr/bin/env zsh
docker build -t zed:build -f Dockerfile.build .
docker create --name zed zed:build
docker cp zed:/go/src/zed/zed .
docker rm zed
docker build -t zed:latest .
rm zed
