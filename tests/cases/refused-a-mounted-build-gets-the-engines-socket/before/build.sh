#!/bin/sh
set -e
docker run --rm -v $PWD:/src -v /var/run/docker.sock:/var/run/docker.sock -w /src golang:1.9 make app
docker build -t app .
