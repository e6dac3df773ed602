#!/bin/sh
set -ex
docker build -t crier:build -f Dockerfile.build .
docker run --name crier-tmp crier:build true
docker cp crier-tmp:/usr/src/crier/target/release/crier crier
docker rm crier-tmp
docker build -t crier:latest .
rm crier
