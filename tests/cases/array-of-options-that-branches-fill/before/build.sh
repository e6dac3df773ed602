#!/bin/bash
set -eu
opts=(--rm)
if [ "${NO_CACHE:-}" = 1 ]; then
    opts+=(--no-cache)
fi
[[ -z "${PULL:-}" ]] || opts+=(--pull)

tags=(latest)
[ -n "${VERSION:-}" ] && tags+=("$VERSION" stable)

docker build "${opts[@]}" -t probe:build -f Dockerfile.build .
docker create --name probe-tmp probe:build
docker cp probe-tmp:/src/app app
docker rm probe-tmp
docker build "${opts[@]}" -t probe .
for tag in "${tags[@]}"; do
    docker tag probe "registry.example/probe:$tag"
    docker push "registry.example/probe:$tag"
done
