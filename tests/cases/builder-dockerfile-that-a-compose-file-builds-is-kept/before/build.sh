#!/bin/sh
set -e
docker build -t hello-build -f docker/Dockerfile .
docker create --name extract hello-build
docker cp extract:/go/src/example.com/hello/hello .
docker rm extract
docker build -t hello .
rm hello
