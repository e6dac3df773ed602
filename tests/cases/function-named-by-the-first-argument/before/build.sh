#!/bin/bash
set -e

image() {
    docker build -t probe:build -f Dockerfile.build .
    docker create --name probe-tmp probe:build
    docker cp probe-tmp:/src/app app
    docker rm probe-tmp
    docker build -t probe:latest .
}

clean() {
    docker rmi probe:build probe:latest
    rm -f app
}

push() {
    docker push probe:latest
}

"$@"
