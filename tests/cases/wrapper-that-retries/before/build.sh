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

retry docker build --build-arg ARCH="$1" -t probe:build -f Dockerfile.build .
docker create --name probe-tmp probe:build
docker cp probe-tmp:/src/app app
docker rm probe-tmp
retry docker build -t probe:latest .
