#!/bin/sh
set -e
sh notices/collect.sh

docker build -t agent:build -f Dockerfile.build .
docker create --name agent agent:build
docker cp agent:/src/agent agent
docker rm agent
docker build -t agent .
