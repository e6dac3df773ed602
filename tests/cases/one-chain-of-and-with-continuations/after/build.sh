#!/bin/sh
docker build --no-cache -t ping:latest .
