#!/bin/sh
docker build -t site:build .
id=`docker create site:build`
rm -rf deploy/html
docker cp $id:/site/dist/ deploy/html
docker rm $id
docker build -t site deploy
