#!/bin/sh
docker build -t ledger .
