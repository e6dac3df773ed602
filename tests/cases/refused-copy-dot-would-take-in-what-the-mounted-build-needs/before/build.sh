#!/bin/sh
set -e
docker run --rm -v "$PWD":/app -w /app node:12 npm run build
docker build -t web:latest .
