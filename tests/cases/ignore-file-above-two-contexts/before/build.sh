#!/bin/sh
set -e
docker build -t parts:build builder
docker create --name parts parts:build
docker cp parts:/go/src/parts/parts runtime/parts
docker rm parts
docker build -t parts:latest runtime
rm runtime/parts
