#!/bin/bash
set -eu

package() {
    docker build -t probe:latest .
}

push() {
    docker push probe:latest
}

main() {
    case "${1:-}" in
        image) package ;;
        push) push ;;
        *) echo "image or push?"; exit 2 ;;
    esac
}

main "$@"
