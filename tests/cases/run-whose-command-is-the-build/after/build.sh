#!/bin/sh
set -e
VERSION=$1

docker build -t app:$VERSION --build-arg VERSION="$VERSION" .
