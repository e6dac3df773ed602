#!/bin/sh
docker build -t mail:latest .
