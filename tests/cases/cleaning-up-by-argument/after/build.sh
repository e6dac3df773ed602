#!/bin/sh
if [ "$1" = clean ]; then
    docker rmi probe:latest
    exit 0
fi

docker build -t probe:latest .
