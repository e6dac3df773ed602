#!/bin/sh
set -e
docker build -t ship:build -f Dockerfile.build .
docker run --privileged -v /var/run/docker.sock:/var/run/docker.sock --name ship ship:build make -f Makefile.inner ship
docker cp ship:/src/ship .
docker rm ship
docker build -t ship:latest .
rm ship
