#!/bin/sh
docker build -t both:build -f Dockerfile.build .
docker create --name both both:build
docker cp both:/src/both .
docker rm both
docker build -t both:latest .
rm both
