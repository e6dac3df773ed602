#!/bin/sh
docker build -t job-compile .
docker create --name job job-compile
docker cp job:/go/src/job/job .
docker rm job
docker build -t job -f Dockerfile.build .
rm job
