#!/bin/sh
set -e
docker build -t greet:build -f Dockerfile.build .
docker create --name greet greet:build
docker cp greet:/src/greet.pyz greet
docker rm greet
chmod 755 greet
docker build -t greet:latest .
rm greet
