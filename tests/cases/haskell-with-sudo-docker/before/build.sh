#!/bin/bash
sudo docker build -t motd:build -f Dockerfile.build .
sudo docker create --name motd motd:build
sudo docker cp motd:/src/motd ./motd
sudo docker rm motd
sudo docker build -t motd:latest .
sudo rm -f ./motd
