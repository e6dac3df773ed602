#!/bin/sh
docker build -t lower:latest .
