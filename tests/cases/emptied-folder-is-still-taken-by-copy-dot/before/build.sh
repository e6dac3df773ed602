#!/bin/sh
set -e
mkdir -p bin logs
docker build -t server:build -f Dockerfile.build .
docker create --name server server:build
docker cp server:/src/server logs
docker rm server
mv logs/server bin/
docker build -t server .
rm -r logs bin
