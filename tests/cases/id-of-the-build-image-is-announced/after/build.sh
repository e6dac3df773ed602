#!/bin/bash
set -e
echo "packing"
docker build -t relay .
