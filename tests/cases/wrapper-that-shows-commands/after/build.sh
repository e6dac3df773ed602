#!/bin/bash
run() {
    echo "+ $*"
    "$@"
}

run docker build -t probe:latest .
