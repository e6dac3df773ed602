#!/bin/sh
set -e
docker build -f Dockerfile.build -t acme/indexer:build .
docker create --name indexer acme/indexer:build
docker cp indexer:/go/src/indexer/indexer .
docker rm indexer
docker build -t acme/indexer:latest .
rm indexer

docker push acme/indexer:build
docker push acme/indexer:latest
