#!/bin/sh
if [ "$1" = clean ]; then
    docker rm -f probe-tmp 2>/dev/null
    docker rmi probe:build probe:latest
    rm -f app
    exit 0
fi

docker build -t probe:build -f Dockerfile.build .
docker create --name probe-tmp probe:build
docker cp probe-tmp:/src/app app
docker rm probe-tmp
docker build -t probe:latest .
