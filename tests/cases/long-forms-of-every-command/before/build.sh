#!/bin/bash
docker image build --tag=parrot:build --file=Dockerfile.build .
docker container create --name=parrot parrot:build
docker container cp "parrot":'/src/parrot' "./parrot"
docker container rm --force --volumes=true parrot
docker image build --tag=parrot:latest .
docker image rm parrot:build
rm -- ./parrot
