#!/bin/sh
set -e
docker build -t hello-build -f Dockerfile.build .
docker create --name hello-build hello-build
docker cp hello-build:/go/src/example.com/hello/hello hello
docker rm hello-build

# the image that is shipped
cat > Dockerfile <<DOCKERFILE
FROM alpine:3.10
COPY hello /usr/local/bin/hello
# it greets
CMD ["hello"]
DOCKERFILE
docker build -t hello .
rm hello Dockerfile
