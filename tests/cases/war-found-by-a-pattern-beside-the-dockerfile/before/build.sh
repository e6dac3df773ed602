#!/bin/bash -e
docker run --rm -v "$PWD":/app -w /app maven:3-jdk-8 mvn -q package
cp target/*.war docker/
docker build -t example/shop docker
