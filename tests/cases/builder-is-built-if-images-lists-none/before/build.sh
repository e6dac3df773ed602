#!/bin/sh
[ -z "$(docker images -q listed:build)" ] && docker build -t listed:build -f Dockerfile.build .
id=$(docker create listed:build)
docker cp $id:/src/app app
docker rm $id
docker build -t listed:latest .
