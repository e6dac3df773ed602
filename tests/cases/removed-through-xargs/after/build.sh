#!/bin/sh
set -e
command -v docker > /dev/null || exit 1
docker build -t probe:latest .
