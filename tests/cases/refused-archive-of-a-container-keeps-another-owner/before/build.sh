#!/bin/sh
set -e
docker build -t data-build -f Dockerfile.build .
docker run --rm data-build tar -c /srv/data > data.tar
docker build -t data .
