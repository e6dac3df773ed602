#!/bin/sh
set -e
docker run --rm -v $PWD:/app -w /app node:8 npm run lint
docker build -t app .
