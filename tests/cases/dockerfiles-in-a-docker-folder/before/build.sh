#!/bin/sh
docker build -t mailer:build -f docker/Dockerfile.build .
docker create --name mailer mailer:build
docker cp mailer:/go/src/mailer/mailer .
docker rm mailer
docker build -t mailer:latest -f docker/Dockerfile .
rm mailer
