#!/bin/sh
docker build -t typo:build -f Dockerfile.build .
docker create --name typo typo:build
docker cp typo:/go/src/typo/typo .
docker rm typo
docker build -t typo:latest .
rm typo
