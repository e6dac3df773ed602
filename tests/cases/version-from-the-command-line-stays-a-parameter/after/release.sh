#!/bin/bash
set -eu
VERSION=$1

docker build -t "acme/agent:$VERSION" --build-arg VERSION="$VERSION" .
docker push "acme/agent:$VERSION"
