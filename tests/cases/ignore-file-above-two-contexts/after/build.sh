#!/bin/sh
set -e
docker build -t parts:latest -f runtime/Dockerfile .
