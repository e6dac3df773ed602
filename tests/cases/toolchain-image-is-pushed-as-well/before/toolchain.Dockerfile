FROM golang:1.12
WORKDIR /work
