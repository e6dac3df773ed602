IMAGE = base
VERSION ?= 3
