#!/bin/bash
set -e
docker build -q -t tool-build -f builder/Dockerfile .
docker run tool-build cat out/tool > tool
docker build -t tool .
