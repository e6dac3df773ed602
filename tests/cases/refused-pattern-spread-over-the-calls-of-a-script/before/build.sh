#!/bin/sh
compile() {
    docker build -t probe:build -f Dockerfile.build .
}

extract() {
    docker create --name probe-tmp probe:build
    docker cp probe-tmp:/src/app app
    docker rm probe-tmp
}

package() {
    docker build -t probe:latest .
}

case "$1" in
    compile) compile ;;
    extract) extract ;;
    package) package ;;
    *) echo "compile, extract or package?"; exit 2 ;;
esac
