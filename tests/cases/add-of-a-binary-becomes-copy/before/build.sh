#!/bin/sh -e
docker build -t tick:build -f Dockerfile.build .
docker create --name tick tick:build
docker cp tick:/src/tick .
docker rm tick
docker build -t tick:latest .
rm tick
