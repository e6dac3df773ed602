#!/bin/bash
set -e

package() {
  docker build -t weather:latest .
}

package
