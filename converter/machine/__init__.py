"""The machine that a build script works on: values, host files, images, containers."""
