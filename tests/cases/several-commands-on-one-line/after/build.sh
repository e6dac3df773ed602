#!/bin/sh
docker build -t dice:latest .
