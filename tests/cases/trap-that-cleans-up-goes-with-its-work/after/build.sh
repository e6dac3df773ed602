#!/usr/bin/env bash
set -euo pipefail

readonly NAME="frontend"
readonly TAG="${1:-latest}"

cd "$(dirname "${BASH_SOURCE[0]}")"

# package
docker build -t "registry.example.com/${NAME}:${TAG}" .

if [[ "${PUSH:-false}" == "true" ]]; then
  docker push "registry.example.com/${NAME}:${TAG}"
fi
