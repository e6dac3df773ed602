#!/bin/sh
set -e
docker build -t shop:build -f Dockerfile.build .
id=$(docker create shop:build)
docker cp "$id":/src/pages pages
docker rm "$id"
tar cf pages.tar pages
gzip pages.tar
mkdir docker/files
tar xzf pages.tar.gz -C docker/files --strip-components=1
docker build -t shop docker
rm -r pages pages.tar.gz docker/files
