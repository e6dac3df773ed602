#!/bin/sh -e
docker build -t site -f docker/Dockerfile .
