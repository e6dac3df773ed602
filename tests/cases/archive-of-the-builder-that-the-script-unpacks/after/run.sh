#!/bin/sh
exec cat /report/data/numbers.txt
