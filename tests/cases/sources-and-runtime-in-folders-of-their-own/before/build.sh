#!/bin/bash
set -e

(cd builder && docker build -t app-builder .)
docker create --name app-extract app-builder
docker cp app-extract:/out/app runtime/app
docker rm app-extract

cd runtime
docker build -t app:latest .
