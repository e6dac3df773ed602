#!/bin/bash
set -e
IMAGE=example/hello

docker build -t $IMAGE .
