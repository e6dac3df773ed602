#!/bin/bash
set -e
docker build -t tiny-build .
docker create --name tiny tiny-build
context=$(mktemp -d)
docker cp tiny:/go/src/tiny/tiny "$context/tiny"
docker rm tiny
cat > "$context/Dockerfile" <<'END'
FROM scratch
COPY tiny /tiny
ENTRYPOINT ["/tiny"]
END
docker build -t tiny "$context"
rm -rf "$context"
