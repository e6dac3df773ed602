#!/bin/sh
docker build -t crlf:latest .
