#!/bin/sh
set -e
docker build --target builder -t acme/indexer:build .
docker build -t acme/indexer:latest .

docker push acme/indexer:build
docker push acme/indexer:latest
