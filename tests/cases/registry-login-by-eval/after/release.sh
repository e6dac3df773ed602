#!/bin/bash
set -e
eval $(aws ecr get-login --no-include-email --region eu-west-1)
docker build -t $REGISTRY/ticker .
docker push $REGISTRY/ticker
