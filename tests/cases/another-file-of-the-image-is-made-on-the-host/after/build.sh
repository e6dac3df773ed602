#!/bin/sh
set -e
sh notices/collect.sh

docker build -t agent .
