#!/bin/sh
docker build -t staged:build -f Dockerfile.build .
docker create --name staged staged:build
docker cp staged:/go/src/staged/staged .
docker rm staged
docker build -t staged:latest .
rm staged
