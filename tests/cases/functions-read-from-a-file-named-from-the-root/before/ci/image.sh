#!/bin/bash
set -e
. ci/lib.sh

docker build -t relay-build compile
docker create --name relay relay-build
docker cp relay:/out/relay image/relay
docker rm relay

say "packing"
docker build -t relay image
