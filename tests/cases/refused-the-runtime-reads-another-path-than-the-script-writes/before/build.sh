#!/bin/sh
docker build -t router:build -f Dockerfile.build .
docker create --name router router:build
docker cp router:/go/src/router/router ./router
docker rm router
docker build -t router:latest .
rm ./router
