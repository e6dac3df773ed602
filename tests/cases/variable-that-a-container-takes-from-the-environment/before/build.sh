#!/bin/sh
set -e
export GOOS=linux
docker run --rm -v $PWD:/work -w /work -e GOOS -e GOFLAGS golang:1.12 go build -o bin/app main.go
docker build -t app .
