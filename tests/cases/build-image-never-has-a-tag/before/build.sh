#!/bin/bash
set -e
cid=$(docker create $(docker build -q -f Dockerfile.build .))
docker cp "$cid:/src/spin" spin
docker rm "$cid" >/dev/null
docker build -t spin .
rm spin
