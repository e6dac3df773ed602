#!/bin/sh

docker build -t quotes:latest .
