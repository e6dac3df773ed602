#!/bin/sh
set -e
docker build -t acme/scribe-build -f Dockerfile.build .
docker run --name scribe acme/scribe-build
docker cp scribe:/src/scribe scribe
docker rm scribe
docker build -t acme/scribe .
docker push acme/scribe-build
docker push acme/scribe
