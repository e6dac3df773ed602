#!/bin/sh
docker build -t web:build -f Dockerfile.build .
docker create --name web web:build
docker cp web:/go/src/web/server .
docker rm web
docker build -t web:latest .
rm server
