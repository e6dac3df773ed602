#!/bin/bash
set -e
for dir in services/*/; do
    name=$(basename $dir)
    docker build -t $name $dir
done
