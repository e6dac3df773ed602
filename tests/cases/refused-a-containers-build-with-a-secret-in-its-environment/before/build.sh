#!/bin/sh
docker build -t b -f Dockerfile.build .
docker run --name b -e NPM_TOKEN=$NPM_TOKEN b npm run build
docker cp b:/app/dist .
docker build -t site .
