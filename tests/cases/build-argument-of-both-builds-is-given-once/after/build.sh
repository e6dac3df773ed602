#!/bin/sh
REVISION=7
docker build --build-arg REVISION=$REVISION -t once:latest .
