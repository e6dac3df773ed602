#!/bin/sh
# everything
./scripts/package.sh
