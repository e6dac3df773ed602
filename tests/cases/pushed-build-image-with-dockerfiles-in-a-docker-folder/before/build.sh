#!/bin/sh
docker build -t acme/fax:build -f docker/Dockerfile.build .
docker create --name fax acme/fax:build
docker cp fax:/go/src/fax/fax .
docker rm fax
docker build -t acme/fax:latest -f docker/Dockerfile .
rm fax
docker push acme/fax:build
docker push acme/fax:latest
