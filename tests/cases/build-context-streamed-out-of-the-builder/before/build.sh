#!/bin/sh
set -e
docker build -t app-builder .
docker run --rm app-builder | docker build -t app -
