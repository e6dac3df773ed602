#!/bin/sh
docker build -t badge:latest .
