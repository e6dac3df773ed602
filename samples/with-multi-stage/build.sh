#!/bin/sh
echo Building http-server:latest
docker build --no-cache -t http-server:latest .
