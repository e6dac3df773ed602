#!/bin/sh
set -e
shell_in_builder() {
    docker build -t hello-build -f Dockerfile.build .
    docker run -it hello-build sh
}
docker build -t hello .
