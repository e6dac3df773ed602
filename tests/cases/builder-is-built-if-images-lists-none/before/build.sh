#!/bin/sh
[ -z "$(docker images -q probe:build)" ] && docker build -t probe:build -f Dockerfile.build .
id=$(docker create probe:build)
docker cp $id:/src/app app
docker rm $id
docker build -t probe:latest .
