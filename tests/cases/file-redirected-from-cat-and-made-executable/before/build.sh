#!/bin/sh
docker build -t app-builder -f Dockerfile.build . && \
docker run --rm app-builder cat /go/bin/app > app && \
chmod +x app && \
docker build -t app .
