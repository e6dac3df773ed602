#!/bin/sh
set -e
docker build -t mode:latest --build-arg BUILDER_MODE=static .
