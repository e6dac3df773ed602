#!/bin/sh
set -e
docker build -t acme/twin:latest .
docker push acme/twin
