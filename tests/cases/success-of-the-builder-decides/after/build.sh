#!/bin/sh
docker build -t probe:latest .
docker run --rm probe:latest
