#!/bin/sh
set -e
export GOOS=linux
docker build -t app --build-arg GOOS --build-arg GOFLAGS .
