#!/bin/sh
set -e
docker build -t gong:build -f Dockerfile.build .
docker create --name gong gong:build
docker cp gong:/gong ./gong
docker rm gong
docker build -t gong:latest .
rm ./gong
