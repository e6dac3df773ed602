#!/bin/sh
# Builds the image that runs our notes.
set -e

# Compile, then ship.
docker build -t note:latest .   # what we ship
