#!/bin/sh
docker build -t crlf:build -f Dockerfile.build .
docker create --name crlf crlf:build
docker cp crlf:/go/src/crlf/crlf .
docker rm crlf
docker build -t crlf:latest .
rm crlf
