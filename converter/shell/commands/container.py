"""What the interpreter asks about a container: the command that it runs, and where."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from converter.machine.events import Created
from converter.machine.value import Value


class Inside(Struct, frozen=True):
    """The whole command line of a container, ENTRYPOINT included, and its working folder, None where that is not known.

    `inert` tells that it certainly changes no file.
    """

    words: tuple[Value, ...]
    folder: Value | None
    inert: bool


Inspect = Callable[[Created], Inside | None]
"""Looks a container's image up; None where its command is not known."""


def nothing_known(created: Created) -> Inside | None:
    """For an interpretation without Dockerfiles: only what the script itself says about a container is known."""
    return None
