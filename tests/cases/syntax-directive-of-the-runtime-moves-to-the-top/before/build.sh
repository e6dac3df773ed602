#!/bin/sh
docker build -t topper:build -f Dockerfile.build .
docker create --name topper topper:build
docker cp topper:/src/topper .
docker rm topper
docker build -t topper:latest .
rm topper
