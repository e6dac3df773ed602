#!/bin/sh
docker build -t report:latest .
