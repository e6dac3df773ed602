#!/bin/sh
set -e

docker build -t shop:build -f Dockerfile.build .
docker create --name shop-build shop:build

# everything that the image gets, in one archive
mkdir -p package/bin
docker cp shop-build:/src/shop package/bin/shop
docker cp shop-build:/src/pages/. package/pages
docker rm shop-build
cp -r conf package/
tar czf package.tgz -C package .

docker build -t shop .
rm -rf package package.tgz
