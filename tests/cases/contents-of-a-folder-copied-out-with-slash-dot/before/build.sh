#!/usr/bin/env bash
set -euo pipefail

docker build --tag svc:build --file Dockerfile.build .
docker create --name svc-dist svc:build
mkdir -p out
docker cp svc-dist:/app/dist/. out
docker rm svc-dist

docker build --tag svc:latest .
rm -rf out
