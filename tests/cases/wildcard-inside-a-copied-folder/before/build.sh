#!/bin/bash
docker build -t payroll:build -f Dockerfile.build .
docker create --name payroll payroll:build
docker cp payroll:/work/target ./target
docker rm payroll
docker build -t payroll:latest .
rm -rf ./target
