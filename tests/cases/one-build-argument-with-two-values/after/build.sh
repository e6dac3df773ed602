#!/bin/sh
set -e
docker build --build-arg MODE=production -t mode:latest --build-arg BUILDER_MODE=static .
