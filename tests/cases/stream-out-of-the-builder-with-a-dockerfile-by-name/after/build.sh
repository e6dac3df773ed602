#!/bin/sh
set -e
docker build -t beacon -f Dockerfile.run .
docker tag beacon acme/beacon
