#!/bin/sh
set -e
docker build -t paren:build -f Dockerfile.build .
docker create --name paren paren:build
docker cp paren:/go/src/paren/paren .)
docker rm paren
docker build -t paren:latest .
rm paren
