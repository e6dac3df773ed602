#!/bin/bash -e
docker build -t example/shop -f docker/Dockerfile .
