#!/bin/bash
set -e
package() {
    docker build -t mail/$1:${2:-latest} -f docker/$1/Dockerfile .
}
package smtp
package imap 2
