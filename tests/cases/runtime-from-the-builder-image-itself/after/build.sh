#!/bin/sh
set -e
docker build -t dev:latest .
