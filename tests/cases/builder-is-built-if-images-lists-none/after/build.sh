#!/bin/sh
docker build -t probe:latest .
