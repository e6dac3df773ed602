FROM golang:1.13 AS builder
WORKDIR /src
COPY *.go ./
RUN go build -o server server.go
RUN go build -o client client.go

FROM alpine:3.10
COPY --from=builder /src/server /usr/local/bin/server
CMD ["server"]
