#!/bin/sh
binary=app
if [ "$DEBUG" = 1 ]; then binary=app-debug; fi
docker build -t probe:latest --build-arg binary="$binary" .
