#!/bin/bash
set -e
eval $(aws ecr get-login --no-include-email --region eu-west-1)
docker build -t ticker-build -f Dockerfile.build .
docker create --name ticker ticker-build
docker cp ticker:/src/ticker ticker
docker rm ticker
docker build -t $REGISTRY/ticker .
docker push $REGISTRY/ticker
