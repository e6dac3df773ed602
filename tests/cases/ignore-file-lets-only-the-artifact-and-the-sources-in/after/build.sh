#!/bin/sh
set -e
docker build -t meter --memory 4g --ulimit nofile=4096 .
