#!/bin/sh
docker build -t fetch:latest .
