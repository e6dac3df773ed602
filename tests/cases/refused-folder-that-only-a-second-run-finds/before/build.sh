#!/bin/sh
docker build -t web:build -f Dockerfile.build .
docker create --name web web:build
docker cp web:/src/dist site
docker rm web
docker build -t web .
