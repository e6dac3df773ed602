#!/usr/bin/env bash
set -euo pipefail
podman build -t localhost/clock:build -f Containerfile.build .
ctr=$(podman create localhost/clock:build)
podman cp "$ctr":/src/clock clock
podman rm "$ctr"
podman build -t localhost/clock .
rm clock
