#!/bin/bash
set -e
. ci/lib.sh

say "packing"
docker build -t relay image
