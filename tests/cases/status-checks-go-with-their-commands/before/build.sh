#!/bin/bash
docker build -t probe:build -f Dockerfile.build .
if [ $? -ne 0 ]; then
    echo "the build image failed"
    exit 1
fi
docker create --name probe-tmp probe:build
docker cp probe-tmp:/src/probe .
[ $? -eq 0 ] || exit 1
docker rm probe-tmp
if [ ! -f probe ]; then
    echo "no probe"
    exit 1
fi

docker build -t probe:latest .
if [ $? -ne 0 ]; then
    exit 1
fi
rm probe
