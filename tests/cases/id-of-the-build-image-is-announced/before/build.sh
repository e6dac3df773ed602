#!/bin/bash
set -e
id=$(docker build -q -f Dockerfile.build .)
echo "compiler: $id"
docker run --rm -v $PWD:/src -w /src $id make relay
echo "packing"
docker build -t relay .
