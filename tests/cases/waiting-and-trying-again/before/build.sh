#!/bin/bash
until docker info >/dev/null 2>&1; do
    sleep 1
done

for attempt in 1 2 3; do
    docker build -t probe:build -f Dockerfile.build . && break
    sleep 10
done
docker create --name probe-tmp probe:build
docker cp probe-tmp:/src/app app
docker rm probe-tmp
docker build -t probe:latest .
