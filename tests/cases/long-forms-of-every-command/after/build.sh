#!/bin/bash
docker image build --tag=parrot:latest .
