#!/bin/sh
BIN=quotes
SRC="/go/src/example.com/quotes"

docker build -t quotes:build -f Dockerfile.build .
docker create --name quotes-tmp quotes:build
docker cp "quotes-tmp:$SRC/$BIN" "./$BIN"
docker rm quotes-tmp

docker build -t quotes:latest .
rm -f "$BIN"
