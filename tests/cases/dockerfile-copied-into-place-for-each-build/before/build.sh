#!/bin/sh
set -e
cp Dockerfile.build Dockerfile
docker build -t hello-build .
docker create --name extract hello-build
docker cp extract:/go/src/example.com/hello/hello .
docker rm extract
cp Dockerfile.run Dockerfile
docker build -t hello .
rm Dockerfile hello
