#!/bin/sh
docker build -t fetch:build -f Dockerfile.build .
docker create --name fetch fetch:build
docker cp fetch:/go/src/fetch/fetch .
docker rm fetch
docker build -t fetch:latest .
rm fetch
