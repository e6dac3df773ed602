#!/bin/sh
if command -v podman >/dev/null; then
    ENGINE=podman
else
    ENGINE=docker
fi
$ENGINE build -t probe:latest -f Dockerfile .
