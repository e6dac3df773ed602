#!/bin/sh
TAG=latest
if [ -n "$RELEASE" ]; then
    TAG=$RELEASE
fi
docker build -t probe:build -f Dockerfile.build .
docker create --name probe-tmp probe:build
docker cp probe-tmp:/src/app app
docker rm probe-tmp
docker build -t probe:$TAG .
[ -n "$RELEASE" ] && docker push probe:$TAG
