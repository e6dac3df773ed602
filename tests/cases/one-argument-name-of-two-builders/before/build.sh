#!/bin/sh
set -e
docker build --build-arg VERSION=12 -t both:web web
docker build --build-arg VERSION=1.13 -t both:server server
docker create --name web both:web
docker cp web:/web/dist ./dist
docker create --name server both:server
docker cp server:/server/server ./server.bin
docker rm web server
docker build -t both:latest .
rm -r dist server.bin
