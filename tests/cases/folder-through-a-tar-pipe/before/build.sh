#!/bin/sh
set -e
mkdir -p public
docker build -t site-build -f Dockerfile.build .
docker run --rm site-build tar -cf - -C /site dist | tar -xf - -C public
docker build -t site .
