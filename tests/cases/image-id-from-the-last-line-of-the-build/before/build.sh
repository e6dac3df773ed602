#!/bin/sh
set -e
IMAGE=$(docker build -f Dockerfile.build . | grep "Successfully built" | cut -d' ' -f3)
CID=$(docker create $IMAGE)
docker cp $CID:/go/src/example.com/hello/hello hello
docker rm $CID
docker rmi $IMAGE
docker build -t hello .
rm hello
