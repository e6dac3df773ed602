#!/bin/bash
REPO=acme/telemetry
TAG=2.0

docker build -t $REPO:$TAG .
docker push $REPO:$TAG
