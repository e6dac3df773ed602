#!/bin/bash
set -e
docker build -t fetcher:latest .
