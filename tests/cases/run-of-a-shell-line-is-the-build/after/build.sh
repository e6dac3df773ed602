#!/bin/sh -e
docker build -t tool .
