#!/bin/bash
set -e
docker build -t fetcher:build -f Dockerfile.build .
docker create --name fetcher fetcher:build
docker cp fetcher:/go/src/fetcher/fetcher .
docker cp fetcher:/etc/ssl/certs/ca-certificates.crt .
docker rm fetcher
docker build -t fetcher:latest .
rm fetcher ca-certificates.crt
