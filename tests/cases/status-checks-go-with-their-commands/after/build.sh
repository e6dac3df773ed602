#!/bin/bash

docker build -t probe:latest .
if [ $? -ne 0 ]; then
    exit 1
fi
