#!/bin/sh
set -e
docker build -t two:build -f Dockerfile.build .
docker create --name two two:build
docker cp two:/go/src/two/two .
docker rm two
docker build -t two:latest .
rm two
