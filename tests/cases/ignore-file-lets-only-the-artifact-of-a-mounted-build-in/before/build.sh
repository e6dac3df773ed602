#!/bin/sh
set -e
docker run --rm -v "$PWD":/go/src/lean -w /go/src/lean golang:1.13 go build -o bin/lean .
docker build -t lean:latest .
rm -r bin
