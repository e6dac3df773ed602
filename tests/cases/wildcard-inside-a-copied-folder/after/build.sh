#!/bin/bash
docker build -t payroll:latest .
