#!/bin/sh
set -e
GO=1.13

# the image that compiles
cat > Dockerfile.build <<DOCKERFILE
FROM golang:$GO
WORKDIR /go/src/example.com/hello
# one file is all there is
COPY main.go .
RUN CGO_ENABLED=0 go build -o hello .
DOCKERFILE
docker build -t hello-build -f Dockerfile.build .
rm Dockerfile.build

id=$(docker create hello-build)
docker cp "$id:/go/src/example.com/hello/hello" hello
docker rm "$id"

docker build -t hello .
rm hello
