#!/bin/sh
SUDO=
if [ "$(id -u)" -ne 0 ]; then
    SUDO=sudo
fi

$SUDO docker build -t probe:build -f Dockerfile.build .
$SUDO docker create --name probe-tmp probe:build
$SUDO docker cp probe-tmp:/src/app app
$SUDO docker rm probe-tmp
$SUDO docker build -t probe:latest .
