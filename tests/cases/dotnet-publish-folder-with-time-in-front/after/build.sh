#!/bin/bash
set -euo pipefail
time docker build -t clock .
