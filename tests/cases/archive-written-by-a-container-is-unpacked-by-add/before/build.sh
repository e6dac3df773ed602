#!/bin/sh
set -e
docker build -t site-build -f Dockerfile.build .
docker run --rm site-build tar -c -C /work public etc/site.conf | gzip -9 > site.tar.gz
docker build -t site .
rm site.tar.gz
