#!/bin/bash
set -e
docker run --rm -v $PWD:/src -v go-downloads:/deps -e GOFLAGS=-v -w /src golang:1.12 go build -o bin/app main.go
docker build -t app .
