#!/bin/sh
set -e
docker build -t hello-build -f - . <<'EOF2'
FROM golang:1.13
WORKDIR /go/src/example.com/hello
COPY main.go .
RUN CGO_ENABLED=0 go build -o hello . && echo "built by $(go version)"
EOF2
docker create --name hello-build hello-build
docker cp hello-build:/go/src/example.com/hello/hello hello
docker rm hello-build
docker build -t hello .
rm hello
