#!/bin/sh
set -e
docker build -t hello-build -f Dockerfile.build .
rm -rf deploy
mkdir -p deploy
cp Dockerfile.run deploy/Dockerfile
docker create --name extract hello-build
docker cp extract:/go/src/example.com/hello/hello deploy/
docker rm extract
docker build -t hello deploy
rm -rf deploy
