#!/bin/bash
set -e
export DOCKER_BUILDKIT=1

# the jars of the last build are downloaded once
docker run --rm -v "$HOME/.m2:/root/.m2" -v "$PWD:/src" -w /src maven:3-jdk-8 mvn -q package
docker build -t shop:latest .
