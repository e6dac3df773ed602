#!/bin/sh
docker build -t lower:build -f Dockerfile.build .
docker create --name lower lower:build
docker cp lower:/go/src/lower/lower .
docker rm lower
docker build -t lower:latest .
rm lower
