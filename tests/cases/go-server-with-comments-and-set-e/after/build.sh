#!/bin/sh
set -e

# The image that we ship.
docker build -t hello:latest .
