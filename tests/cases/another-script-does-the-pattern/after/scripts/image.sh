#!/bin/bash
set -e
tag=$1
cd "$(dirname "$0")/.."
docker build -t "$tag" .
