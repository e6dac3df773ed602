#!/bin/sh
set -e

# the image that is shipped
docker build -t hello .
