#!/bin/bash
docker build -t site .
