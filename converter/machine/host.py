"""The host's files: where the content of each path comes from.

The starting files are those of the tree. Commands lay changes over them. A
folder that came out of a container as a whole is one entry; a path below it
maps to a path below its origin.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from converter.machine import paths
from converter.machine.value import Value

Kind = Literal["file", "folder", "unknown"]


class FromTree(Struct, frozen=True):
    """The file or folder of the tree with this path."""

    path: str


class FromContainer(Struct, frozen=True):
    """Copied out of a container: `path` is absolute there.

    `contents` tells that `docker cp` was given `path/.`. `event` numbers the copy.
    """

    container: int
    path: Value
    event: int
    contents: bool = False


class FromHost(Struct, frozen=True):
    """Made by a command of the script on the host; `event` numbers it."""

    event: int


Origin = FromTree | FromContainer | FromHost


class Entry(Struct, frozen=True):
    """What lies at a path.

    `events` are the numbers of all events that brought it there or changed it.
    """

    kind: Kind
    origin: Origin
    events: tuple[int, ...] = ()

    def below(self, rest: str) -> Entry:
        """The entry of a path inside this folder."""
        origin = self.origin
        if isinstance(origin, FromContainer):
            lead = "" if origin.path.flat == "/" else "/"
            path = Value((*origin.path.pieces, *Value.literal(lead + rest).pieces))
            return Entry("unknown", replace(origin, path=path, contents=False), self.events)
        if isinstance(origin, FromTree):
            return Entry("unknown", FromTree(paths.join(origin.path, rest)), self.events)
        return Entry("unknown", origin, self.events)


class StartingFiles:
    """The files of the tree before the script runs: paths relative to the root."""

    def __init__(self, files: Iterable[str]) -> None:
        self.files = frozenset(files)
        folders = {""}
        for path in self.files:
            folder = paths.parent(path)
            while folder and folder not in folders:
                folders.add(folder)
                folder = paths.parent(folder)
        self.folders = frozenset(folders)

    def kind(self, path: str) -> Kind | None:
        """What lies at a normalised path, None for nothing."""
        if path in self.files:
            return "file"
        return "folder" if path in self.folders else None

    def below(self, folder: str) -> Iterator[str]:
        """Every file inside the folder."""
        return (path for path in self.files if paths.is_below(path, folder))


class HostFiles(Struct, frozen=True):
    """The starting files and what commands changed: None stands for a removed path."""

    start: StartingFiles
    changes: Mapping[str, Entry | None]

    def lookup(self, path: str) -> Entry | None:
        """What lies at a normalised path, None for nothing."""
        nearest = path
        while True:
            if nearest in self.changes:
                entry = self.changes[nearest]
                if nearest == path:
                    return entry
                if entry is None:
                    return None
                if isinstance(entry.origin, FromHost) and entry.kind == "folder":
                    return None
                below = entry.below(path[len(nearest) + 1 :])
                if isinstance(below.origin, FromTree):
                    kind = self.start.kind(below.origin.path)
                    return replace(below, kind=kind) if kind else None
                return below
            if not nearest:
                break
            nearest = paths.parent(nearest) if nearest != "/" else ""
        kind = self.start.kind(path)
        if kind is not None:
            return Entry(kind, FromTree(path))
        if any(paths.is_below(changed, path) for changed, entry in self.changes.items() if entry is not None):
            return Entry("folder", FromTree(path))
        return None

    def is_folder(self, path: str) -> bool:
        """Whether the path is surely a folder at this moment."""
        if path == "":
            return True
        entry = self.lookup(path)
        return entry is not None and entry.kind == "folder"

    def put(self, path: str, entry: Entry | None) -> HostFiles:
        """The files with the entry at the path in place of whatever was there and below it."""
        changes = {key: value for key, value in self.changes.items() if not paths.is_below(key, path)}
        changes[path] = entry
        return HostFiles(self.start, changes)

    def changed_below(self, folder: str) -> list[tuple[str, Entry | None]]:
        """Changed paths at or inside the folder, in order of change."""
        return [(path, entry) for path, entry in self.changes.items() if path == folder or paths.is_below(path, folder)]
