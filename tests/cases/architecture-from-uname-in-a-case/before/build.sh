#!/bin/sh
case "$(uname -m)" in
    x86_64) ARCH=amd64 ;;
    aarch64) ARCH=arm64 ;;
    *) echo "unknown machine" >&2; exit 1 ;;
esac
docker build --build-arg ARCH=$ARCH -t probe:build -f Dockerfile.build .
docker create --name probe-tmp probe:build
docker cp probe-tmp:/src/app app
docker rm probe-tmp
docker build -t probe:latest .
