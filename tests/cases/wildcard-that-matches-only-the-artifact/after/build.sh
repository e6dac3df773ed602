#!/bin/sh
docker build -t invoice:latest .
