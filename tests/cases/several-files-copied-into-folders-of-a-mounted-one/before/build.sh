#!/bin/bash
set -e
docker build -t pkg -f Dockerfile.build .
mkdir -p artifacts/bin artifacts/doc
docker run --rm -v $PWD/artifacts:/to pkg bash -c 'cp build/*.bin /to/bin && cp lib/main.txt /to/doc'
docker build -t app .
