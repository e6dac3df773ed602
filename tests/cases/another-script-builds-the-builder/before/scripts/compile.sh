#!/bin/sh
# compiles in a container
docker build -t "$1" -f Dockerfile.build .
