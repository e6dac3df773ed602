#!/bin/sh
docker build -t topper:latest .
