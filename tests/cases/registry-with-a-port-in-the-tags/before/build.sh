#!/bin/sh
set -e
docker build -t registry:5000/team/queue:build -f Dockerfile.build .
docker create --name queue registry:5000/team/queue:build
docker cp queue:/go/src/queue/queue .
docker rm queue
docker build -t registry:5000/team/queue .
rm queue
docker push registry:5000/team/queue
