#!/bin/sh
docker build -t acme/relay:$1-build -f Dockerfile.build .
docker create --name relay-$1 acme/relay:$1-build
docker cp relay-$1:/go/src/relay/relay .
docker rm relay-$1
docker build -t acme/relay:$1 .
rm relay
