#!/bin/bash
set -e
services=(api worker)
for name in "${services[@]}"; do
    docker build -t "stage/$name" -f "Dockerfile.$name" .
done
