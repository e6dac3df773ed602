#!/bin/sh
set -e
shell_in_builder() {
    docker build -t hello-build -f Dockerfile.build .
    docker run -it hello-build sh
}
docker build -t hello-build -f Dockerfile.build .
docker create --name extract hello-build
docker cp extract:/go/src/example.com/hello/hello .
docker rm extract
docker build -t hello .
rm hello
