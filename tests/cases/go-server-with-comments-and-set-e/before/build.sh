#!/bin/sh
set -e

# Compile in a throw-away image.
docker build -t hello:build -f Dockerfile.build .
docker create --name extract hello:build
docker cp extract:/go/src/example.com/hello/hello ./hello
docker rm extract

# The image that we ship.
docker build -t hello:latest .
rm hello
