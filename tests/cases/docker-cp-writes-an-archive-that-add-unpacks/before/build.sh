#!/bin/bash
set -e
docker build -t stream:build -f Dockerfile.build .
docker create --name stream stream:build
docker cp stream:/out - > out.tar
docker rm stream
docker build -t stream:latest .
rm out.tar
