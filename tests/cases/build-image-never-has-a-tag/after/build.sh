#!/bin/bash
set -e
docker build -t spin .
