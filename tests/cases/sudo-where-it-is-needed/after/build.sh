#!/bin/sh
SUDO=
if [ "$(id -u)" -ne 0 ]; then
    SUDO=sudo
fi

$SUDO docker build -t probe:latest .
