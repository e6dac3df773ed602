#!/bin/sh
set -e
docker build -t example/toolchain -f toolchain.Dockerfile .
docker run --rm -v $PWD:/work example/toolchain go build -o bin/app main.go
docker build -t app .
docker push example/toolchain
