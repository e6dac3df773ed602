REPO = acme/thing
VERSION = 2.1
BUILD_FILE = Dockerfile.build
BUILD_FLAGS = --pull
