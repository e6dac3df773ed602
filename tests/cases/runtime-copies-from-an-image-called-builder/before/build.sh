#!/bin/sh
docker build -t badge:build -f Dockerfile.build .
docker create --name badge badge:build
docker cp badge:/go/src/badge/badge .
docker rm badge
docker build -t badge:latest .
rm badge
