#!/bin/bash
docker build -t site-builder -f build.Dockerfile .
id=$(docker run -d site-builder)
docker wait $id
rm -rf dist
docker cp $id:/site/dist dist
docker rm $id
docker build -t site .
