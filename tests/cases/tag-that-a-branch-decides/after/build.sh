#!/bin/sh
TAG=latest
if [ -n "$RELEASE" ]; then
    TAG=$RELEASE
fi
docker build -t probe:$TAG .
[ -n "$RELEASE" ] && docker push probe:$TAG
