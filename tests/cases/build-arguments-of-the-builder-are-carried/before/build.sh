#!/bin/sh
docker build --build-arg GOPROXY="$GOPROXY" --build-arg TAGS=release -t gate:build -f Dockerfile.build .
docker create --name gate gate:build
docker cp gate:/go/src/gate/gate gate
docker rm gate
docker build --no-cache -t gate:1.0 .
rm gate
