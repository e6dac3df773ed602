#!/bin/sh
set -e
docker build -t example/billing-build -f Dockerfile.build .
docker create --name billing example/billing-build
rm -rf libs image
docker cp billing:/work/build/libs .
docker rm billing
mkdir image
cp libs/*.jar image/billing.jar
cp start.sh image/
docker build -t example/billing -f Dockerfile image
rm -r libs
