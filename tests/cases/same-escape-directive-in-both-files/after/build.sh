#!/bin/sh
docker build -t tilt:latest .
