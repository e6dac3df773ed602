#!/bin/bash
set -e
docker build -t acme/greeter-build -f Dockerfile.build .
id=$(docker create acme/greeter-build)
docker cp $id:/build/target/greeter.jar .
docker rm -v $id
docker build -t acme/greeter .
rm -f greeter.jar
