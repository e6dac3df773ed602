#!/bin/sh
docker build -t shop:latest .
