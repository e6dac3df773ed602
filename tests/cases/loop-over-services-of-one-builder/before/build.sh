#!/bin/bash
set -e
docker build -t shop/build -f Dockerfile.build .
docker create --name shop shop/build
for svc in api worker; do
    docker cp "shop:/out/$svc" "services/$svc/$svc"
    docker build -t "shop/$svc" "services/$svc"
    rm "services/$svc/$svc"
done
docker rm shop
