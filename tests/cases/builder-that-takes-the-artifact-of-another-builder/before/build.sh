#!/bin/bash
set -e
docker build -t web-build -f Dockerfile.web .
docker create --name web web-build
docker cp web:/site/dist ./assets
docker rm web

docker build -t app-build -f Dockerfile.build .
docker create --name app app-build
docker cp app:/go/bin/app ./app
docker rm app

docker build -t app .
rm -rf app assets
