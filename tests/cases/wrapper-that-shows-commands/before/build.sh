#!/bin/bash
run() {
    echo "+ $*"
    "$@"
}

run docker build -t probe:build -f Dockerfile.build .
run docker create --name probe-tmp probe:build
run docker cp probe-tmp:/src/app app
run docker rm probe-tmp
run docker build -t probe:latest .
