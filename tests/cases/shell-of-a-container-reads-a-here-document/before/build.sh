#!/bin/bash
set -e
docker build -t example/pages-build -f Dockerfile.build .
docker run -i --name pages example/pages-build sh -e <<'EOT'
mkdir -p /site/css
for page in *.md; do
    cp "$page" "/site/${page%.md}.html"
done
echo 'body {}' > /site/css/style.css
EOT
docker cp pages:/site site
docker rm pages
docker build -t example/pages .
