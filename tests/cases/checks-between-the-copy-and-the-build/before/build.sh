#!/bin/sh
set -e
docker build -t hello-build -f Dockerfile.build .
docker create --name hello-build hello-build
docker cp hello-build:/go/src/example.com/hello/hello hello
docker rm hello-build

# the sources, and how large the program is
make check
ls -l hello

docker build -t hello .
rm hello
