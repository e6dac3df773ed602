#!/bin/sh -e
VERSION=`cat VERSION`
docker build --build-arg VERSION=$VERSION -t svc:$VERSION .
docker tag svc:$VERSION svc:latest
