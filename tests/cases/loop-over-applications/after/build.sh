#!/bin/sh
set -e
for app in api worker; do
    docker build -t probe/$app $app
done
