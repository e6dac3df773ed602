#!/bin/bash
retry() {
    local n=1
    until "$@"; do
        if [ $n -ge 5 ]; then
            echo "giving up" >&2
            exit 1
        fi
        n=$((n + 1))
        sleep 5
    done
}

retry docker build -t probe:latest --build-arg ARCH="$1" .
