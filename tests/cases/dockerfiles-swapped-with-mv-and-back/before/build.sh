#!/bin/sh
set -e
docker build -t hello-build .
docker create --name extract hello-build
docker cp extract:/go/src/example.com/hello/hello hello
docker rm extract
mv Dockerfile Dockerfile.orig
mv Dockerfile.release Dockerfile
docker build -t hello .
mv Dockerfile Dockerfile.release
mv Dockerfile.orig Dockerfile
rm hello
