#!/bin/sh
set -e
docker build -t two:latest .
