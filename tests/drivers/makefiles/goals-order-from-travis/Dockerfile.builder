FROM golang:1.13
WORKDIR /go/src/app
COPY . .
CMD go build -o /go/bin/app .
