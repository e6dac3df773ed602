#!/bin/sh
set -e
VERSION=${1:-2.1}
docker build -t "example/tool:$VERSION" --build-arg VERSION="$VERSION" .
