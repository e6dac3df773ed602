#!/bin/sh
docker build -t hi:latest .
