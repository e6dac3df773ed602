#!/bin/bash
set -e
docker build -t app -f docker/Dockerfile .
