#!/bin/sh
docker build -t mark:latest .
