#!/bin/sh
set -e
docker build -t gong:latest .
