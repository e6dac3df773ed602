#!/bin/sh
docker build -t web:latest .
