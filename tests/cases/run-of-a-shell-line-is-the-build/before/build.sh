#!/bin/sh -e
name=tool-compile
docker build -f Dockerfile.compile -t $name .
docker run --name=$name $name sh -c 'mkdir -p /out && gcc -O2 -o /out/tool tool.c'
docker cp $name:/out/tool tool
docker rm -v $name
docker build -t tool .
