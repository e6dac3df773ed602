#!/bin/sh
docker build -t mailer:latest -f docker/Dockerfile .
