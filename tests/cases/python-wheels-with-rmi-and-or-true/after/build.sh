#!/bin/sh

docker build -t feed:latest .
