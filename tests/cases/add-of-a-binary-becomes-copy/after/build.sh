#!/bin/sh -e
docker build -t tick:latest .
