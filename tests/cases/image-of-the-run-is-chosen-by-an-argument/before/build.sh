#!/bin/sh
# usage: build.sh GO_VERSION
set -e
GO_VERSION=$1
REVISION=r7

docker run --rm -v "$PWD:/src" -w /src "golang:$GO_VERSION" go build -o server .
docker build -t "server:$REVISION" .
rm -f server
