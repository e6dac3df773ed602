#!/bin/bash
set -e
VERSION=$(cat VERSION)
docker build -t lamp-build -f Dockerfile.build .
docker create --name lamp lamp-build
docker cp lamp:/src/rel/lamp-$VERSION.tar.gz lamp.tar.gz
docker rm lamp
docker build -t lamp:$VERSION --build-arg VERSION=$VERSION .
rm lamp.tar.gz
