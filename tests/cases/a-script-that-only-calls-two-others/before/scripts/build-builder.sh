#!/bin/sh
set -e
docker build -t probe-builder -f Dockerfile.build .
