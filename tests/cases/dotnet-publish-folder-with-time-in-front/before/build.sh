#!/bin/bash
set -euo pipefail
time docker build -t clock:build -f Dockerfile.build .
docker create --name clock clock:build
docker cp clock:/out ./publish
docker rm clock
time docker build -t clock .
rm -r publish
