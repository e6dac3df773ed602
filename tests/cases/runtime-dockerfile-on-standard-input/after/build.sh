#!/bin/sh
set -e
docker build -t hello -f Dockerfile .
docker run --rm hello
