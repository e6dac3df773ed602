#!/bin/sh
case "$1" in
    build)
        docker build -t probe:build -f Dockerfile.build .
        docker create --name probe-tmp probe:build
        docker cp probe-tmp:/src/app app
        docker rm -v probe-tmp
        docker build -t probe:latest .
        rm app
        ;;
    push) docker push probe:latest ;;
    clean)
        docker rmi probe:build probe:latest
        ;;
    *)
        echo "usage: $0 build|push|clean"
        exit 1
        ;;
esac
