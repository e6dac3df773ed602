#!/bin/sh
exec /bin/app
