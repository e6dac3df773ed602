#!/bin/bash
set -e
cd service
docker build -t svc:build -f Dockerfile.build .
docker create --name svc svc:build
docker cp svc:/go/src/svc/svc .
docker rm svc
docker build -t acme/svc .
rm svc
cd ..
docker push acme/svc
