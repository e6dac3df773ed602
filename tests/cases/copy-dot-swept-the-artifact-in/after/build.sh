#!/bin/sh
docker build -t pages:latest .
