#!/bin/bash
sudo docker build -t motd:latest .
