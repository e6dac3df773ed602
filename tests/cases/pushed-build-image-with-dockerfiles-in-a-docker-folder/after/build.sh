#!/bin/sh
docker build -t acme/fax:build -f docker/Dockerfile --target builder .
docker build -t acme/fax:latest -f docker/Dockerfile .
docker push acme/fax:build
docker push acme/fax:latest
