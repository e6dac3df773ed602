#!/bin/sh
set -e
docker build -t greet:latest .
