#!/bin/sh
set -e
mkdir -p logs
docker build -t server .
rm -r logs
