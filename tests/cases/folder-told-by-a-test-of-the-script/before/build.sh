#!/bin/sh
set -e

docker build -t pages:build -f Dockerfile.build .
id=$(docker create pages:build)
docker cp "$id":/src/result site
docker rm "$id"

# nothing to serve, nothing to ship
[ -d site ] || exit 1

docker build -t pages .
rm -rf site
