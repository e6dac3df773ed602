"""Fixtures and options for all tests."""

from __future__ import annotations

import pytest

from tests.engine.fixtures import engine, go_image, go_toolchain_image, newer_engine, podman

__all__ = ["engine", "go_image", "go_toolchain_image", "newer_engine", "podman"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """How much of what is generated is tried."""
    parser.addoption("--generated-scripts", default=300, type=int, help="how many scripts the oracle makes")
    parser.addoption("--generated-recipes", default=30, type=int, help="how many recipes are made and built")
