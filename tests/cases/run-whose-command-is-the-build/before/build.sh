#!/bin/sh
set -e
VERSION=$1

# compile in a container
docker build -t app-build -f Dockerfile.build .
docker run --name app-compile -e CGO_ENABLED=0 app-build go build -ldflags "-X main.version=$VERSION" -o app .
docker cp app-compile:/go/src/app/app .
docker rm app-compile

docker build -t app:$VERSION .
rm app
