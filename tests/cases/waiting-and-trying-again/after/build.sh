#!/bin/bash
until docker info >/dev/null 2>&1; do
    sleep 1
done

docker build -t probe:latest .
