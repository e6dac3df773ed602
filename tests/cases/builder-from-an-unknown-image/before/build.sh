#!/bin/sh
docker build -t bench:build -f Dockerfile.build .
docker create --name bench bench:build
docker cp bench:/src/bench .
docker rm bench
docker build -t bench:latest .
rm bench
