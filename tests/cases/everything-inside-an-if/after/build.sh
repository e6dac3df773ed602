#!/bin/sh
set -e

if [ "$1" = image ]; then
    docker build -t probe:latest .
fi
