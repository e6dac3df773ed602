#!/bin/sh
docker build -t sieve:build -f Dockerfile.build .
docker create --name sieve sieve:build
docker cp sieve:/src/sieve /tmp/sieve
docker rm sieve
mv /tmp/sieve .
docker build -t sieve:latest .
rm sieve
