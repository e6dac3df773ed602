#!/bin/sh
FLAGS=
if [ -n "$FRESH" ]; then
    FLAGS="--no-cache --pull"
fi
docker build $FLAGS -t probe:latest .
