#!/bin/sh
set -e
docker build -t both:latest --build-arg VERSION=12 --build-arg SERVER_VERSION=1.13 .
