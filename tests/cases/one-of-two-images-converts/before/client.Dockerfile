FROM alpine:3.10
COPY client /usr/local/bin/client
CMD ["client"]
