#!/bin/sh
docker build -t tilt:build -f Dockerfile.build .
docker create --name tilt tilt:build
docker cp tilt:/src/tilt .
docker rm tilt
docker build -t tilt:latest .
rm tilt
