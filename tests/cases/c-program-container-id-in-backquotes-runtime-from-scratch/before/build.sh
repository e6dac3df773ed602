#!/bin/sh
docker build -t hello-build -f Dockerfile.build . || exit 1
CID=`docker create hello-build`
docker cp $CID:/src/hello hello
docker rm $CID > /dev/null
docker build -t hello . || exit 1
rm hello
