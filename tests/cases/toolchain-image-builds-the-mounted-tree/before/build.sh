#!/bin/sh
set -e
docker build -t toolchain toolchain
docker run --rm -v "$(pwd)":/work toolchain gcc -O2 -o tool tool.c
docker build -t tool .
