#!/bin/sh
docker build -t mail:build -f Dockerfile.build .
docker create --name mail mail:build
docker cp mail:/work/target/mail.jar .
docker rm mail
docker build -t mail:latest .
rm mail.jar
