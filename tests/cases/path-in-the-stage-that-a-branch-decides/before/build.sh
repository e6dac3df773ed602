#!/bin/sh
binary=app
if [ "$DEBUG" = 1 ]; then binary=app-debug; fi
docker build -t probe:build -f Dockerfile.build .
docker create --name probe-tmp probe:build
docker cp "probe-tmp:/src/$binary" app
docker rm probe-tmp
docker build -t probe:latest .
