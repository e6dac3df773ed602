#!/bin/bash
set -eu

compile() {
    docker build -t probe:build -f Dockerfile.build .
    docker create --name probe-tmp probe:build
    docker cp probe-tmp:/src/app app
    docker rm probe-tmp
}

package() {
    docker build -t probe:latest .
}

push() {
    docker push probe:latest
}

main() {
    case "${1:-}" in
        image) compile; package ;;
        push) push ;;
        *) echo "image or push?"; exit 2 ;;
    esac
}

main "$@"
