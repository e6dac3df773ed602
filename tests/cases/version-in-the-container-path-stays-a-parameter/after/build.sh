#!/bin/sh
set -e
VERSION=1.2.0
docker build -t acme/ledger:$VERSION --build-arg VERSION=$VERSION .
