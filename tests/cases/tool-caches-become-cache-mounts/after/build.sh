#!/bin/bash
set -e
export DOCKER_BUILDKIT=1

# the jars of the last build are downloaded once
docker build -t shop:latest .
