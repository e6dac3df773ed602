#!/bin/sh
# the image that is shipped
set -e
id=$(docker create probe-builder)
docker cp "$id:/src/app" app
docker rm "$id"
docker build -t probe:latest .
rm -f app
