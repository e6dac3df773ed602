#!/bin/bash
set -eu
VERSION=$1

docker build --build-arg VERSION="$VERSION" -t "acme/agent:build-$VERSION" -f Dockerfile.build .
docker create --name agent-tmp "acme/agent:build-$VERSION"
docker cp "agent-tmp:/out/agent-$VERSION" agent
docker rm agent-tmp

docker build -t "acme/agent:$VERSION" .
rm agent
docker push "acme/agent:$VERSION"
