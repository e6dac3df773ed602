#!/bin/sh
set -e
docker run -d --name compile -w /build -e CGO_ENABLED=0 golang:1.13 tail -f /dev/null
docker cp . compile:/build
docker exec compile go version
docker exec compile sh -c 'go build -o /out/gateway . && mkdir /out/etc'
docker exec -w /out/etc compile cp /build/gateway.toml .
docker cp compile:/out/gateway gateway
docker cp compile:/out/etc/gateway.toml gateway.conf
docker rm -f compile
docker build -t example/gateway .
rm gateway gateway.conf
