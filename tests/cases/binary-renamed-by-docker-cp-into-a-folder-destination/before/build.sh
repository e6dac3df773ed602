#!/bin/sh
docker build -t app:build -f Dockerfile.build .
docker create --name app-tmp app:build
docker cp app-tmp:/w/main app
docker rm app-tmp
docker build -t app:latest .
rm app
