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


class TarMember(Struct, frozen=True):
    """A file or folder in an archive: `name` there, without a leading slash and `.` for all of a folder, and its absolute
    path in the container."""

    name: Value
    path: Value


class ContainerTar(Struct, frozen=True):
    """An archive of files of a container: `docker run IMAGE tar c ...`, `docker cp CONTAINER:PATH -`."""

    container: Container
    members: tuple[TarMember, ...]
    mechanism: str


Stream = ContainerFile | ContainerTar
