#!/bin/bash
set -e

docker build -t lamp .
