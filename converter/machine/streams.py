"""What flows out of a container through standard output."""

from __future__ import annotations

from msgspec import Struct

from converter.machine.state import Container
from converter.machine.value import Value


class ContainerFile(Struct, frozen=True):
    """The content of one file: `docker run IMAGE cat PATH`. `path` is absolute in the container."""

    container: Container
    path: Value
    mechanism: str


class ContainerTar(Struct, frozen=True):
    """An archive of files of a container: `docker run IMAGE tar c ...`, `docker cp CONTAINER:PATH -`.

    `folder` is where tar worked, absolute; `members` are the names that it was given, relative to there, without a
    leading slash, `.` for all of it.
    """

    container: Container
    folder: Value
    members: tuple[Value, ...]
    mechanism: str


Stream = ContainerFile | ContainerTar
