#!/bin/sh
docker build --no-cache -t gate:1.0 --build-arg GOPROXY="$GOPROXY" --build-arg TAGS=release .
