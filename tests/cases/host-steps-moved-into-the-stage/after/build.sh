#!/bin/sh
set -e
docker build -t steps:latest .
