#!/bin/bash
# The release archive is unpacked into the folder that the image is built from.
set -euo pipefail

rm -rf image
mkdir image
cd image
docker build -t example/report ..
