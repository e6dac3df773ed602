#!/bin/bash
set -e
docker build -t hello-build -f Dockerfile.build .
docker create hello-build > container.id
CID=$(<container.id)
docker cp $CID:/go/src/example.com/hello/hello hello
docker rm $CID
rm container.id
docker build -t hello .
rm hello
