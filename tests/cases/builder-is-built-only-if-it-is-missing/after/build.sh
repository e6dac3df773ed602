#!/bin/sh
set -e
docker build -t lazy:latest .
