"""Fixtures for all tests."""

from tests.engine.fixtures import engine, go_image, go_toolchain_image

__all__ = ["engine", "go_image", "go_toolchain_image"]
