#!/bin/sh
make image
