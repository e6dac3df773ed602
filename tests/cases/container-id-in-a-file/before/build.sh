#!/bin/sh
set -e
docker build -t hello-build -f Dockerfile.build .

# take the program out of a container
docker create --cidfile .cid hello-build
docker cp "$(cat .cid):/go/src/example.com/hello/hello" hello
docker rm "$(cat .cid)"
rm -f .cid

docker build -t hello .
rm hello
