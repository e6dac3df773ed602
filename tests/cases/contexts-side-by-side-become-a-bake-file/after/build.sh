#!/bin/sh
set -e
TAG=${TAG:-dev}

cd runtime
docker buildx bake -f docker-bake.hcl --set "shop.tags=shop:$TAG" --set shop.tags=shop:latest shop
