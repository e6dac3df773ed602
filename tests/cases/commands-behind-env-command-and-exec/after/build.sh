#!/bin/bash
set -e
env DOCKER_BUILDKIT=0 docker build -t acme/prefix .
exec docker push acme/prefix
