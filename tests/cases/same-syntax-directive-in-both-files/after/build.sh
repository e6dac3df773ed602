#!/bin/sh
docker build -t both:latest .
