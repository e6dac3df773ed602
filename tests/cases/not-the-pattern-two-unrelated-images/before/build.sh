#!/bin/sh
set -e
docker build -t app:test -f Dockerfile.test .
docker run --rm app:test
docker build -t app:latest .
docker push app:latest
