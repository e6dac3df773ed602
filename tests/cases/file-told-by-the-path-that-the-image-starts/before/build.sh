#!/bin/sh
set -e
docker build -t tool:build -f Dockerfile.build .
docker create --name tool-build tool:build
docker cp tool-build:/src/result tool
docker rm tool-build
docker build -t tool .
rm tool
