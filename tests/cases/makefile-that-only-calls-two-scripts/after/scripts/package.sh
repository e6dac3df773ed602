#!/bin/sh
# the image that is shipped
set -e
docker build -t probe:latest .
