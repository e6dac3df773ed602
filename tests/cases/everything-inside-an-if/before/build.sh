#!/bin/sh
set -e

if [ "$1" = image ]; then
    # compile in a container
    docker build -t probe:build -f Dockerfile.build .
    docker create --name probe-tmp probe:build
    docker cp probe-tmp:/src/app app
    docker rm probe-tmp

    docker build -t probe:latest .
fi
