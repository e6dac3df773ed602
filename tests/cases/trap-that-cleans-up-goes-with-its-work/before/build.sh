#!/usr/bin/env bash
set -euo pipefail

readonly NAME="frontend"
readonly TAG="${1:-latest}"

cd "$(dirname "${BASH_SOURCE[0]}")"

cleanup() {
  docker rm -f "${NAME}-build" >/dev/null 2>&1 || true
  rm -rf dist
}
trap cleanup EXIT

# build
docker build -t "${NAME}:build" -f Dockerfile.build .
docker create --name "${NAME}-build" "${NAME}:build"
docker cp "${NAME}-build":/usr/src/app/dist ./dist

# package
docker build -t "registry.example.com/${NAME}:${TAG}" .

if [[ "${PUSH:-false}" == "true" ]]; then
  docker push "registry.example.com/${NAME}:${TAG}"
fi
