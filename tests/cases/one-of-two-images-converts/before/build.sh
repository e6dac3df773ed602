#!/bin/sh
set -e

docker build -t suite:build -f Dockerfile.build .
docker create --name suite suite:build
docker cp suite:/src/server server
docker cp suite:/src/client client
docker rm suite
echo "# a label" >> client
docker build -t suite-server:latest -f server.Dockerfile .
docker build -t suite-client:latest -f client.Dockerfile .
rm -f server client
