#!/bin/sh
set -e
docker build -t docs:build -f Dockerfile.build .
docker create --name docs docs:build
mkdir web
docker cp docs:/docs/html web
docker rm docs
docker build -t docs:latest .
rm -r web
