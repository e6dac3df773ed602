#!/bin/sh
set -e
TAG=${TAG:-dev}

# compile
(cd builder && docker build -t shop:build --build-arg MODE=fast .)
docker create --name shop-build shop:build
docker cp shop-build:/src/app runtime/app
docker rm shop-build

cd runtime
docker build -t "shop:$TAG" -t shop:latest \
    --build-arg PORT=80 .
rm app
