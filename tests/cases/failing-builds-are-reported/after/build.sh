#!/bin/sh

if ! docker build -t probe:latest .; then
    echo "cannot build the image"
    exit 1
fi
