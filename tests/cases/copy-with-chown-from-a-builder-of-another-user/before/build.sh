#!/bin/sh
docker build -t front:build -f Dockerfile.build .
docker create --name front front:build
docker cp front:/app/out ./out
docker rm front
docker build -t front:latest .
rm -r out
