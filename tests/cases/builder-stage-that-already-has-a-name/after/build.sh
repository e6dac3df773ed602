#!/bin/sh
docker build -t acme/named:build --target compile .
docker build -t acme/named:latest .
docker push acme/named:build
