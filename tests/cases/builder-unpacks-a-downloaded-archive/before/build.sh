#!/bin/sh
set -e
docker build -t tool:fetch -f Dockerfile.build .
docker create --name tool-fetch tool:fetch
docker cp tool-fetch:/tool ./tool
docker rm tool-fetch
docker build -t tool:latest .
rm -rf ./tool
