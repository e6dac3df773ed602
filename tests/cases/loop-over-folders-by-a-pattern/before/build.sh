#!/bin/bash
set -e
for dir in services/*/; do
    name=$(basename $dir)
    docker build -t $name-builder -f ${dir}Dockerfile.build $dir
    docker run --name $name-c $name-builder
    docker cp $name-c:/app/$name $dir
    docker rm $name-c
    docker build -t $name $dir
    rm $dir$name
done
