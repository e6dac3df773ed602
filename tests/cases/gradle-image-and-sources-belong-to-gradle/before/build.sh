#!/usr/bin/env bash
set -e
docker build -t price-build -f Dockerfile.build .
docker create --name price-build price-build
docker cp price-build:/home/gradle/src/build/libs/price.jar price.jar
docker rm price-build
docker build -t price .
rm price.jar
