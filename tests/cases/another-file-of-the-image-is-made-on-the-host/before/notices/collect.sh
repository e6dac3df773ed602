#!/bin/sh
cat notices/*.txt > NOTICES
