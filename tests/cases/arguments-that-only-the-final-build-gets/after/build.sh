#!/bin/sh
set -e
docker build --build-arg VERSION=2 --build-arg CHANNEL=beta -t late:latest .
