#!/bin/sh
docker build -t job -f Dockerfile.build .
