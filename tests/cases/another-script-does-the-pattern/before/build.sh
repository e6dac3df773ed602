#!/bin/sh
set -e
./scripts/image.sh probe:latest
docker run --rm probe:latest
