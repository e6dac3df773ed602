#!/bin/sh
docker build -t web:build -f Dockerfile.build .
docker create --name web web:build
docker cp web:/site.tar.gz .
docker rm web
docker build -t web:latest .
rm site.tar.gz
