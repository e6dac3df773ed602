#!/bin/sh
set -e
VERSION=$(git describe)
docker build -t hello-build -f Dockerfile.build .
docker create --name hello-build hello-build
docker cp hello-build:/go/src/example.com/hello/hello hello
cat > Dockerfile <<EOF2
FROM alpine:3.10
LABEL version=$VERSION
COPY hello /usr/local/bin/hello
EOF2
docker build -t hello .
