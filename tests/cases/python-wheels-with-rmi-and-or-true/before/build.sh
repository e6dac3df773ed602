#!/bin/sh
docker rm -f wheels || true
docker build -t feed:wheels -f Dockerfile.build .
docker create --name wheels feed:wheels
docker cp wheels:/wheels ./wheels
docker rm -f wheels
docker rmi feed:wheels || true

docker build -t feed:latest .
rm -rf ./wheels
