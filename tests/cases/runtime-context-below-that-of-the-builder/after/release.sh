#!/bin/sh
docker build -t site -f deploy/Dockerfile .
