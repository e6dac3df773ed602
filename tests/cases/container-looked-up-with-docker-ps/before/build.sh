#!/bin/sh
set -e
docker build -t hello-build -f Dockerfile.build .
docker run --name hello-extract hello-build true
CID=$(docker ps -aqf name=hello-extract)
docker cp $CID:/go/src/example.com/hello/hello hello
docker rm $CID
docker build -t hello .
rm hello
