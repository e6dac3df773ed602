#!/bin/sh
set -e
docker build -t steps:build -f Dockerfile.build .
docker create --name steps steps:build
mkdir -p out
docker cp steps:/src/tool tool
docker cp steps:/src/app app
docker cp steps:/src/app.conf out/app.conf
docker rm steps
strip --strip-unneeded tool
sed -i 's/@VERSION@/2.1/' out/app.conf
docker build -t steps:latest .
rm -rf tool app out
