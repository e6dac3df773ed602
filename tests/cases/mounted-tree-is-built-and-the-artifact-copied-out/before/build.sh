#!/bin/sh
set -e
docker run --name compile -v "$HOME/.cache/go-build:/root/.cache/go-build" -v "$PWD:/src:ro" -w /src golang:1.13 go build -o /server .
docker cp compile:/server server
docker rm compile
docker build -t example/server .
rm server
