#!/bin/sh
docker build -t ping:build -f Dockerfile.build . && \
docker create --name ping ping:build && \
docker cp ping:/out/ping . && \
docker rm ping && \
docker build --no-cache -t ping:latest . && \
rm ping
