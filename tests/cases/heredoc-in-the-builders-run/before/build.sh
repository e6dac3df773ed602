#!/bin/sh
set -e
export DOCKER_BUILDKIT=1
docker build -t hello:build -f Dockerfile.build .
docker create --name hello hello:build
docker cp hello:/hello hello
docker rm hello
docker build -t hello:latest .
rm hello
