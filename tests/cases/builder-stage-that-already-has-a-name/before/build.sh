#!/bin/sh
docker build -t acme/named:build -f Dockerfile.build .
docker create --name named acme/named:build
docker cp named:/go/src/named/named .
docker rm named
docker build -t acme/named:latest .
rm named
docker push acme/named:build
