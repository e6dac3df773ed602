#!/bin/bash
set -e

docker build -t tally:build --target builder .
docker run --rm tally:build go test ./...

docker build -t tally:latest .
