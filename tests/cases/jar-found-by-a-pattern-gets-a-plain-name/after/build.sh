#!/bin/sh
set -e
docker build -t example/billing -f Dockerfile .
