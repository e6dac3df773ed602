#!/bin/sh
die() {
    echo "$1" >&2
    exit 1
}

command -v docker >/dev/null || die "docker is missing"
[ -f Dockerfile ] || die "run this in the root"
[ -n "$1" ] || die "which version?"

docker build -t probe:build -f Dockerfile.build . || die "cannot compile"
docker create --name probe-tmp probe:build
docker cp probe-tmp:/src/app app || die "nothing was built"
docker rm probe-tmp
[ -e app ] || die "nothing was built"
docker build -t "probe:$1" . || die "cannot build the image"
