#!/bin/sh
IMAGE=acme/poll

echo "Building $IMAGE:build"
docker build -t $IMAGE:build -f Dockerfile.build .
docker create --name poll $IMAGE:build
docker cp poll:/go/src/poll/poll .
docker rm poll

echo "Building $IMAGE:latest"
docker build -t $IMAGE:latest .
rm poll
echo "Done."
