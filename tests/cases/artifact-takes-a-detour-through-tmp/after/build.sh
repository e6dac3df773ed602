#!/bin/sh
docker build -t sieve:latest .
