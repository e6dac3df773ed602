#!/bin/bash
REPO=acme/telemetry
TAG=2.0
TMP=telemetry-extract

docker build -t $REPO:build -f Dockerfile.build .
docker create --name $TMP $REPO:build
docker cp $TMP:/go/src/telemetry/telemetry .
docker rm $TMP
docker build -t $REPO:$TAG .
docker push $REPO:$TAG
