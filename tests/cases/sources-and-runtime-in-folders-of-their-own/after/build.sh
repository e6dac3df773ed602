#!/bin/bash
set -e

cd runtime
docker build -t app:latest -f Dockerfile ..
