#!/bin/sh
set -e
docker build -t herald:latest .
