#!/bin/sh
docker build -t hi:build -f Dockerfile.build .
docker create --name hi hi:build
docker cp hi:/src/hi .
docker rm hi
docker build -t hi:latest .
rm hi
