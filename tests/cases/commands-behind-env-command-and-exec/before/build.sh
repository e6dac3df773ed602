#!/bin/bash
set -e
env DOCKER_BUILDKIT=0 docker build -t acme/prefix:build -f Dockerfile.build .
command docker create --name prefix acme/prefix:build
command docker cp prefix:/go/src/prefix/prefix .
command docker rm prefix
env DOCKER_BUILDKIT=0 docker build -t acme/prefix .
rm prefix
exec docker push acme/prefix
