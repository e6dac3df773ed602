FROM alpine:3.10
COPY server /usr/local/bin/server
CMD ["server"]
