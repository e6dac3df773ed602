#!/bin/sh
set -e
docker build -t gone:build -f Dockerfile.build .
docker create --name gone gone:build
docker cp gone:/go/src/gone/gone .
docker rm gone
docker build -t gone:latest .
rm gone
