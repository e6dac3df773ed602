#!/bin/sh
docker build -t done:latest .
docker push done:latest
