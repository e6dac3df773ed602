"""Woodpecker: its files are read as those of Drone."""

from __future__ import annotations

from converter.drivers.ci.drone import read

__all__ = ["read"]
