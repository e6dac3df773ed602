#!/bin/sh
set -e
docker build -f Dockerfile.build -t app-build .
docker create --name built app-build
docker cp built:/src/app app
docker create --name site nginx:1.15
docker cp site:/etc/nginx/conf.d/default.conf default.conf
docker rm built site
docker build -t app .
