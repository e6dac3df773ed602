#!/bin/sh
# usage: build.sh GO_VERSION
set -e
GO_VERSION=$1
REVISION=r7

docker build -t "server:$REVISION" --build-arg GO_VERSION="$GO_VERSION" .
