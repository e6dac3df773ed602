#!/bin/sh
set -e

image() {
    name=$1
    docker build -t "probe/$name" "$name"
}

image api
image worker
