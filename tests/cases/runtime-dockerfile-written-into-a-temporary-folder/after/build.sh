#!/bin/bash
set -e
docker build -t tiny -f Dockerfile.tiny .
