#!/bin/sh -e
docker run --rm -v $(pwd):/app -w /app -u $(id -u) node:8 npm install
docker run --rm -v $(pwd):/app -w /app -u $(id -u) node:8 npm run build
docker build -t site -f docker/Dockerfile .
