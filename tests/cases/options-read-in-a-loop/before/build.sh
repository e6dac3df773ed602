#!/bin/bash
tag=latest
push=
while [ $# -gt 0 ]; do
    case "$1" in
        --tag) tag=$2; shift 2 ;;
        --push) push=yes; shift ;;
        *) echo "what is $1?" >&2; exit 1 ;;
    esac
done

docker build -t probe:build -f Dockerfile.build .
docker create --name probe-tmp probe:build
docker cp probe-tmp:/src/app app
docker rm probe-tmp
docker build -t "probe:$tag" .

if [ -n "$push" ]; then
    docker push "probe:$tag"
fi
