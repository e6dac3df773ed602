#!/bin/sh
docker build -t ledger-build -f Dockerfile.build .
docker create --name jar ledger-build
docker cp jar:/work/target/ledger-1.0-SNAPSHOT.jar .
docker rm jar
mv ledger-1.0-SNAPSHOT.jar app.jar
docker build -t ledger .
rm app.jar
