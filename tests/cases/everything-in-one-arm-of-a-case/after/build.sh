#!/bin/sh
case "$1" in
    build)
        docker build -t probe:latest .
        ;;
    push) docker push probe:latest ;;
    clean)
        docker rmi probe:latest
        ;;
    *)
        echo "usage: $0 build|push|clean"
        exit 1
        ;;
esac
