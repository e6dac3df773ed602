#!/bin/sh
docker build -t report:build -f Dockerfile.build .
docker create --name report report:build
docker cp "report:/src/report tool" .
docker rm report
docker build -t report:latest .
rm 'report tool'
