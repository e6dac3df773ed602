#!/bin/sh
set -e
for app in api worker; do
    docker build -t probe/$app-build -f $app/Dockerfile.build $app
    id=$(docker create probe/$app-build)
    docker cp $id:/src/app $app/app
    docker rm $id
    docker build -t probe/$app $app
done
