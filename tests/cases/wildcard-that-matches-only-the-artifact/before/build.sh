#!/bin/sh
docker build -t invoice:build -f Dockerfile.build .
docker create --name invoice invoice:build
docker cp invoice:/work/target/invoice-1.0.jar .
docker rm invoice
docker build -t invoice:latest .
rm *.jar
