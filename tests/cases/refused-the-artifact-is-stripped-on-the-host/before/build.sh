#!/bin/sh
set -e
docker build -t slim:build -f Dockerfile.build .
docker create --name slim slim:build
docker cp slim:/src/slim .
docker rm slim
strip slim
docker build -t slim:latest .
rm slim
