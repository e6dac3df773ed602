#!/bin/bash
rm -rf build
docker build -t site-builder -f Dockerfile.build .
docker create --name site site-builder
docker cp site:/app/build ./build
docker rm site
docker build -t acme/site:latest .
rm -rf build
