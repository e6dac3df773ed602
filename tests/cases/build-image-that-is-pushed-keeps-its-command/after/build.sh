#!/bin/sh
set -e
docker build -t acme/scribe-build --target builder .
docker build -t acme/scribe .
docker push acme/scribe-build
docker push acme/scribe
