#!/bin/bash
set -e

compile() {
  docker build -t weather:build -f Dockerfile.build .
}

extract() {
  docker create --name weather-tmp weather:build
  docker cp weather-tmp:/go/src/weather/weather .
  docker rm weather-tmp
}

package() {
  docker build -t weather:latest .
  rm weather
}

compile
extract
package
