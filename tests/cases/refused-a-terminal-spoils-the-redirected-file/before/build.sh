#!/bin/sh
set -e
docker build -t b -f Dockerfile.build .
docker run --rm -it b cat /src/app > app
docker build -t app .
