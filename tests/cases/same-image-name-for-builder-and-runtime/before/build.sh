#!/bin/sh
set -e
docker build -t acme/twin -f Dockerfile.build .
docker create --name twin acme/twin
docker cp twin:/go/src/twin/twin .
docker rm twin
docker build -t acme/twin:latest .
rm twin
docker push acme/twin
