#!/bin/sh
docker build -t mark:build -f Dockerfile.build .
docker create --name mark mark:build
docker cp mark:/go/src/mark/mark .
docker rm mark
docker build -t mark:latest .
rm mark
