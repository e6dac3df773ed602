#!/bin/bash
set -e
docker build -t pack:build --target builder .
docker create --name pack pack:build
docker cp pack:/src/pack ./pack
docker rm pack
docker build -t pack:latest .
sha256sum pack > pack.sha256
rm pack
