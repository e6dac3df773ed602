#!/bin/bash
set -e
DOCKER=$(command -v docker)
here="`dirname \"$0\"`"
root="`dirname $here`"

"$DOCKER" build -t probe-build -f "$here/Dockerfile.build" "$root"
"$DOCKER" create --name probe probe-build
"$DOCKER" cp probe:/src/probe "$root/probe"
"$DOCKER" rm probe
"$DOCKER" build -t probe -f "$here/Dockerfile" "$root"
