#!/bin/bash
set -e
docker build -t mail/build .
package() {
    docker create --name mail mail/build
    docker cp mail:/out/$1 docker/$1/server
    docker build -t mail/$1:${2:-latest} docker/$1
    docker rm mail
    rm docker/$1/server
}
package smtp
package imap 2
