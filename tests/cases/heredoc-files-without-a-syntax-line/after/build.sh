#!/bin/sh
set -e
docker build -t here:latest .
