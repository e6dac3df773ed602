#!/bin/sh
set -e
sh scripts/compile.sh probe:build
docker create --name probe-tmp probe:build
docker cp probe-tmp:/src/app app
docker rm probe-tmp
docker build -t probe:latest .
