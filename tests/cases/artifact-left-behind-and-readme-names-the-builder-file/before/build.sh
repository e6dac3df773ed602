#!/bin/sh
docker build -t report:build -f Dockerfile.build .
docker create --name report report:build
docker cp report:/go/src/report/report .
docker rm report
docker build -t report:latest .
