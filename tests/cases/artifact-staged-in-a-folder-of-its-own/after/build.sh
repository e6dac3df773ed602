#!/bin/bash
set -e
docker build -t stage:latest .
