#!/bin/sh
set -e
docker build -t kiosk-build -f Dockerfile.build .
docker create --name kiosk kiosk-build
mkdir -p dist
docker cp kiosk:/out/kiosk.tar.gz dist/
docker rm kiosk
tar xzf dist/kiosk.tar.gz -C dist
rm dist/kiosk.tar.gz
docker build -t kiosk .
