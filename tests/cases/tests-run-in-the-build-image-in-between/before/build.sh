#!/bin/bash
set -e

docker build -t tally:build -f Dockerfile.build .
docker run --rm tally:build go test ./...

docker create --name tally tally:build
docker cp tally:/go/src/tally/tally ./tally
docker rm tally

docker build -t tally:latest .
rm ./tally
