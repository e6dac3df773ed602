#!/bin/bash
set -e

image() {
    docker build -t probe:latest .
}

clean() {
    docker rmi probe:latest
}

push() {
    docker push probe:latest
}

"$@"
