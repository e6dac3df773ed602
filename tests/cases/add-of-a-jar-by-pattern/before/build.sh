#!/bin/sh -e
VERSION=`cat VERSION`
docker build -f Dockerfile.build -t svc-builder .
id=$(docker create svc-builder)
rm -rf build
docker cp $id:/src/build ./build
docker rm -v $id
docker build --build-arg VERSION=$VERSION -t svc:$VERSION .
docker tag svc:$VERSION svc:latest
