#!/bin/sh
# everything
./scripts/build-builder.sh && ./scripts/package.sh
