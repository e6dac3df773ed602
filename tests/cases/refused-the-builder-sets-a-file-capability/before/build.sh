#!/bin/sh
docker build -t lowport:build -f Dockerfile.build .
docker create --name lowport lowport:build
docker cp lowport:/src/lowport .
docker rm lowport
docker build -t lowport:latest .
rm lowport
