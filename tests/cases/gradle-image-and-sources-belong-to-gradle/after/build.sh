#!/usr/bin/env bash
set -e
docker build -t price .
