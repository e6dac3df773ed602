#!/bin/sh
set -e
docker build -t beacon-build -f compile/Dockerfile .
docker run --rm beacon-build | docker build -t beacon -f Dockerfile.run -
docker tag beacon acme/beacon
