#!/bin/sh
docker build -t listed:latest .
