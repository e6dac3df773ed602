#!/bin/bash
set -e
$SUDO docker build -t app:${VERSION:-latest} $BUILD_ARGS .
