#!/bin/bash
set -e
$SUDO docker build $BUILD_ARGS -t app-build -f Dockerfile.build .
id=$($SUDO docker create $RUN_OPTS app-build)
$SUDO docker cp $id:/app app
$SUDO docker rm $id
$SUDO docker build -t app:${VERSION:-latest} .
