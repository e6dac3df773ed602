#!/bin/bash
set -e
VERSION=$(cat VERSION)
docker build -t lamp:$VERSION --build-arg VERSION=$VERSION .
