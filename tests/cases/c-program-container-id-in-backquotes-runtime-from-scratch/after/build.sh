#!/bin/sh
docker build -t hello . || exit 1
