#!/bin/bash
set -e
docker build -t stream:latest .
