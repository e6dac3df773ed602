#!/bin/sh
docker build -t bench:latest .
