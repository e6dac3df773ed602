#!/bin/bash
set -e
for svc in api worker; do
    docker build -t "shop/$svc" -f "services/$svc/Dockerfile" .
done
