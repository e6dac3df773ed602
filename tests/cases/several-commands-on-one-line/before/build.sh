#!/bin/sh
docker build -q -t dice:build -f Dockerfile.build . ; docker create --name dice dice:build
docker cp dice:/src/dice .; docker rm dice; docker build -t dice:latest .
rm dice
