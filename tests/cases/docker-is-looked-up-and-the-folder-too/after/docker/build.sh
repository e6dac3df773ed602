#!/bin/bash
set -e
DOCKER=$(command -v docker)
here="`dirname \"$0\"`"
root="`dirname $here`"

"$DOCKER" build -t probe -f "$here/Dockerfile" "$root"
