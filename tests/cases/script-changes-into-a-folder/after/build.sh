#!/bin/bash
set -e
cd service
docker build -t acme/svc .
cd ..
docker push acme/svc
