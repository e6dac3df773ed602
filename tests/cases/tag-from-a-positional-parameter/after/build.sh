#!/bin/sh
docker build -t acme/relay:$1 .
