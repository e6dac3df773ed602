#!/bin/sh
set -ex
docker build -t crier:latest .
