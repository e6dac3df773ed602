#!/bin/sh
docker build -t shop:build -f Dockerfile.build .
docker create --name shop shop:build
docker cp shop:/app/out out
docker rm shop
docker build -t shop:latest .
rm -rf out
