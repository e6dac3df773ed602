#!/bin/sh
set -e
docker build -t lean:latest .
