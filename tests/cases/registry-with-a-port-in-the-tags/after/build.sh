#!/bin/sh
set -e
docker build -t registry:5000/team/queue .
docker push registry:5000/team/queue
