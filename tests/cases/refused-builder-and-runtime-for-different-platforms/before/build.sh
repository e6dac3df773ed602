#!/bin/sh
set -e
docker build --platform linux/amd64 -t cross:build -f Dockerfile.build .
docker create --name cross cross:build
docker cp cross:/go/src/cross/cross .
docker rm cross
docker build --platform linux/arm64 -t cross:latest .
rm cross
