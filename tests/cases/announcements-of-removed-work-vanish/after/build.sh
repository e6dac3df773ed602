#!/bin/sh
IMAGE=acme/poll

echo "Building $IMAGE:latest"
docker build -t $IMAGE:latest .
echo "Done."
