#!/bin/sh
set -e
docker build -t probe:build -f Dockerfile.build .
docker create --name probe-tmp probe:build
while IFS=: read -r from name; do
    docker cp "probe-tmp:/src/$from" "$name"
done <<EOF
app:app
defaults.conf:defaults.conf
EOF
docker rm probe-tmp
docker build -t probe .
