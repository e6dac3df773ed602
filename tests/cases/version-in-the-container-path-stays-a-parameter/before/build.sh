#!/bin/sh
set -e
VERSION=1.2.0
docker build --build-arg VERSION=$VERSION -t acme/ledger:build -f Dockerfile.build .
docker create --name ledger acme/ledger:build
docker cp ledger:/work/target/ledger-$VERSION.jar ledger.jar
docker rm ledger
docker build -t acme/ledger:$VERSION .
rm ledger.jar
