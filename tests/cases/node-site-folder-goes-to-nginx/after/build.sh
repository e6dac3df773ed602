#!/bin/bash
docker build -t acme/site:latest .
