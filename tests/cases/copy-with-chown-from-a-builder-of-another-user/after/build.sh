#!/bin/sh
docker build -t front:latest .
