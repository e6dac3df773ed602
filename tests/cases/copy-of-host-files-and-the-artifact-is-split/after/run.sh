#!/bin/sh
exec /opt/echod/echod
