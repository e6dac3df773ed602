#!/bin/bash
set -e
IMAGE=example/hello

# no go on this machine: compile in a container
docker run --rm -v "$PWD":/usr/src/hello -w /usr/src/hello -e CGO_ENABLED=0 golang:1.9 go build -v -o hello .

docker build -t $IMAGE .
rm hello
