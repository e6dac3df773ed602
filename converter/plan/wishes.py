"""What the person allows or wishes about the form of the result."""

from __future__ import annotations

from msgspec import Struct


class Wishes(Struct, frozen=True):
    """`move_host_steps` lets commands of the host that change an artifact become RUN instructions of its stage."""

    move_host_steps: bool = False


NO_WISHES = Wishes()
