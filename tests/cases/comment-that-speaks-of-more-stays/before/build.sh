#!/bin/sh
# Builds the image that runs our notes.
set -e

# Compile, then ship.
docker build -t note:build -f Dockerfile.build .   # compiles
docker create --name note note:build
docker cp note:/go/src/note/note .   # out it comes
docker rm note
docker build -t note:latest .   # what we ship
rm note
