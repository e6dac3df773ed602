#!/bin/sh
docker build -t staged:latest .
