#!/bin/sh
set -e
docker run --rm -v "$PWD":/go/src/site -w /go/src/site golang:1.13 go build -o bin/site .
docker build -t site:latest .
rm -r bin
