#!/bin/bash
set -e
docker build -t app-build -f Dockerfile.build .

# everything that the image needs
rm -rf dist && mkdir -p dist
cp Dockerfile.run dist/Dockerfile
cp -r conf dist/
cp scripts/run.sh dist/start.sh
id=$(docker create app-build)
docker cp $id:/go/bin/app dist/app
docker rm $id

docker build -t app dist
rm -rf dist
