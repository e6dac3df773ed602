#!/bin/sh
docker build -t api:build -f Dockerfile.build .
docker create --name api api:build
docker cp api:/go/src/api/api .
docker rm api
docker build -t api:latest .
rm api
