#!/bin/sh
set -e

# the sources, and how large the program is
make check

docker build -t hello .
