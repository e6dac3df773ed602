#!/bin/sh
set -e
command -v docker > /dev/null || exit 1
docker build -t probe:build -f Dockerfile.build .
docker create --name probe-tmp probe:build
docker cp probe-tmp:/src/app app
docker ps -aqf name=probe-tmp | xargs docker rm
docker build -t probe:latest .
docker images -q probe:build | xargs -r docker rmi
