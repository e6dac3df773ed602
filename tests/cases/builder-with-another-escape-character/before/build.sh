#!/bin/sh
set -e
docker build -t esc:build -f Dockerfile.build .
docker create --name esc esc:build
docker cp esc:/go/src/esc/esc .
docker rm esc
docker build -t esc:latest .
rm esc
