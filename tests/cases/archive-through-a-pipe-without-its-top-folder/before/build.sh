#!/bin/sh
set -e
VERSION=${1:-2.1}
docker build -t example/tool-build --build-arg VERSION="$VERSION" -f Dockerfile.build .
mkdir -p tool
docker run --rm example/tool-build cat "/build/tool-$VERSION.tgz" | tar -xz -C tool --strip-components 1
docker build -t "example/tool:$VERSION" .
