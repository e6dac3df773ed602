#!/bin/sh
if command -v podman >/dev/null; then
    ENGINE=podman
else
    ENGINE=docker
fi
$ENGINE build -t probe:build -f Dockerfile.build .
$ENGINE create --name probe-tmp probe:build
$ENGINE cp probe-tmp:/src/app app
$ENGINE rm probe-tmp
$ENGINE build -t probe:latest -f Dockerfile .
