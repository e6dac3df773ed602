#!/bin/sh
set -e
docker build -t example/toolchain --target builder .
docker build -t app .
docker push example/toolchain
