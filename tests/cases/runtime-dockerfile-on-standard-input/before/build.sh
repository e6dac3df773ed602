#!/bin/sh
set -e
docker build -t hello-build -f Dockerfile.build .
docker create --name hello-build hello-build
docker cp hello-build:/go/src/example.com/hello/hello hello
docker rm hello-build
docker build -t hello -f - . <<'END'
FROM alpine:3.10
COPY hello /usr/local/bin/hello
CMD ["hello"]
END
docker run --rm hello
rm hello
