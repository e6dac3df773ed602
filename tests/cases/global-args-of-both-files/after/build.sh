#!/bin/sh
docker build -t args:latest --build-arg ALPINE_VERSION=3.9 --build-arg GO_VERSION=1.12 .
