#!/bin/sh
docker build -t pages:build -f Dockerfile.build .
docker create --name pages pages:build
docker cp pages:/go/src/pages/pages-server ./pages-server
docker rm -f pages
docker build -t pages:latest .
rm ./pages-server
