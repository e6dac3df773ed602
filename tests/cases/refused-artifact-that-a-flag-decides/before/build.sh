#!/bin/bash
docker build -t probe:build -f Dockerfile.build .
docker create --name probe-tmp probe:build
if [[ "$LINK" == static ]]; then
    docker cp probe-tmp:/src/app-static app
else
    docker cp probe-tmp:/src/app app
fi
docker build -t probe:latest .
