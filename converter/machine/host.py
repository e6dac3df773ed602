"""The host's files: where the content of each path comes from.

The starting files are those of the tree. Commands lay changes over them. A
folder that came out of a container as a whole is one entry; a path below it
maps to a path below its origin.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from converter.machine import paths
from converter.machine.predicate import Condition
from converter.machine.value import Value

Kind = Literal["file", "folder", "unknown"]


MAX_LINKS = 20
"""How many links are followed one after the other."""


class FromTree(Struct, frozen=True):
    """The file or folder of the tree with this path."""

    path: str


class FromContainer(Struct, frozen=True):
    """Copied out of a container: `path` is absolute there.

    `contents` tells that `docker cp` was given `path/.`. `event` numbers the copy, `worked` the commands of the host that
    gave the file another content since; its `path` is then where the result would lie in the container. `pattern_from` is
    where a pattern of the script begins in `path`: the files that fit it.
    """

    container: int
    path: Value
    event: int
    contents: bool = False
    worked: tuple[int, ...] = ()
    pattern_from: int | None = None


class FromHost(Struct, frozen=True):
    """Made by a command of the script on the host; `event` numbers it.

    `content` is the text of a file, None where it is not known.
    """

    event: int
    content: Value | None = None


class FromLink(Struct, frozen=True):
    """A symbolic link: `target` is the normalised host path that it leads to; `event` numbers the command."""

    target: str
    event: int


class Member(Struct, frozen=True):
    """A part of an archive: its `name` there, normalised and empty for the top, and what it is."""

    name: str
    entry: Entry


class FromArchive(Struct, frozen=True):
    """An archive that a command of the script packed; `event` numbers it.

    `inside` tells that a container packed it, so that what is in it belongs to whom it belongs there.
    """

    event: int
    members: tuple[Member, ...]
    inside: bool = False


class Alternatives(Struct, frozen=True):
    """Another thing on each of several paths through the script; None where nothing lies there."""

    options: tuple[tuple[Condition, Entry | None], ...]


Origin = FromTree | FromContainer | FromHost | FromLink | FromArchive | Alternatives


class Entry(Struct, frozen=True):
    """What lies at a path.

    `events` are the numbers of all events that brought it there or changed it. `other_mode` tells that
    it was written into a file that was there before, which keeps its own mode.
    """

    kind: Kind
    origin: Origin
    events: tuple[int, ...] = ()
    other_mode: bool = False

    def after(self, number: int) -> Entry:
        """The same, handled by another event."""
        return replace(self, events=(*self.events, number))

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


def either(options: list[tuple[Condition, Entry | None]]) -> Entry | None:
    """What lies at a path after several paths through the script."""
    first = options[0][1]
    if all(entry == first for _, entry in options):
        return first
    kinds = {entry.kind for _, entry in options if entry is not None}
    events = tuple(dict.fromkeys(number for _, entry in options if entry is not None for number in entry.events))
    return Entry(kinds.pop() if len(kinds) == 1 else "unknown", Alternatives(tuple(options)), events)


def possible(entry: Entry | None) -> list[Entry]:
    """Every entry that may lie there."""
    if entry is None or not isinstance(entry.origin, Alternatives):
        return [] if entry is None else [entry]
    return [found for _, option in entry.origin.options for found in possible(option)]


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
        self._sorted: list[str] | None = None
        self._named: dict[str, list[str]] | None = None

    @property
    def sorted(self) -> list[str]:
        """All files in order."""
        if self._sorted is None:
            self._sorted = sorted(self.files)
        return self._sorted

    def named(self, base: str) -> list[str]:
        """Every file whose last segment is this one."""
        if self._named is None:
            self._named = {}
            for path in self.sorted:
                self._named.setdefault(paths.base_name(path), []).append(path)
        return self._named.get(base, [])

    def kind(self, path: str) -> Kind | None:
        """What lies at a normalised path, None for nothing."""
        if path in self.files:
            return "file"
        return "folder" if path in self.folders else None

    def below(self, folder: str) -> Iterator[str]:
        """Every file inside the folder, in order."""
        if folder == "":
            return iter(self.sorted)
        # "0" is the character behind "/".
        first, last = bisect_left(self.sorted, folder + "/"), bisect_left(self.sorted, folder + "0")
        return iter(self.sorted[first:last])


class Overlay(Struct, frozen=True):
    """A folder that a container saw as `path` and worked in: what the tree does not have there may come from it.

    `whole` tells that the container has what the tree has there as well. It has not where the script unpacked an
    archive over the folder.
    """

    folder: str
    container: int
    path: Value
    event: int
    whole: bool = True

    def entry(self, path: str) -> Entry:
        """What the container may have made at a path inside the folder, or the folder itself."""
        rest = path if self.folder == "" else path[len(self.folder) + 1 :]
        whole = Entry("folder", FromContainer(self.container, self.path, self.event), (self.event,))
        return whole.below(rest) if rest else whole

    def covers(self, path: str) -> bool:
        """Whether the path is the folder or lies inside it."""
        return path == self.folder or paths.is_below(path, self.folder)


class Filling(Struct, frozen=True):
    """A folder that a command of the host put files into, of which not even the names are known; `event` numbers it."""

    folder: str
    event: int

    def covers(self, path: str) -> bool:
        """Whether the path lies inside the folder."""
        return self.folder == "" or paths.is_below(path, self.folder)


class HostFiles(Struct, frozen=True):
    """The starting files and what commands changed: None stands for a removed path; overlays are in order of time.

    `fillings` tell where more may lie than `lookup` finds. `patterns` are the changed paths that end in a pattern: files
    of a container whose names are not known lie there.
    """

    start: StartingFiles
    changes: Mapping[str, Entry | None]
    overlays: tuple[Overlay, ...] = ()
    fillings: tuple[Filling, ...] = ()
    patterns: tuple[str, ...] = ()

    def certain(self, path: str) -> Entry | None:
        """What lies at a normalised path for certain: nothing that a container only may have made there."""
        return replace(self, overlays=()).lookup(path) if self.overlays else self.lookup(path)

    def lookup(self, path: str) -> Entry | None:
        """What lies at a normalised path, None for nothing; what a container may have made counts as made."""
        own = path in self.changes or self.start.kind(path) is not None
        fitting = self.fitting(path) if self.patterns and not own else None
        if fitting is not None:
            return fitting
        nearest = path
        while True:
            if nearest in self.changes:
                entry = self.changes[nearest]
                return entry if nearest == path else self.within(entry, nearest, path)
            if not nearest:
                break
            nearest = paths.parent(nearest) if nearest != "/" else ""
        kind = self.start.kind(path)
        if kind is not None:
            return Entry(kind, FromTree(path))
        if any(self.changes[changed] is not None for changed in self.below(path)):
            return Entry("folder", FromTree(path))
        overlay = self.overlay(path)
        return overlay.entry(path) if overlay is not None else None

    def fitting(self, path: str) -> Entry | None:
        """The file that lies at a path because its name fits what the script copied there by a pattern."""
        folder, name = paths.parent(path), paths.base_name(path)
        for place in self.patterns:
            entry = self.changes.get(place)
            if entry is None or paths.parent(place) != folder or not isinstance(entry.origin, FromContainer):
                continue
            if fnmatchcase(name, paths.base_name(place)):
                start = entry.origin.path.flat.rfind("/") + 1
                whole = entry.origin.path.slice(0, start) + Value.literal(name)
                return replace(entry, origin=replace(entry.origin, path=whole, pattern_from=None))
        return None

    def keeping_patterns(self) -> HostFiles:
        """The same files, with `patterns` told from the changes alone."""
        found = (
            path
            for path, entry in self.changes.items()
            if entry is not None and isinstance(entry.origin, FromContainer) and set(paths.base_name(path)) & set("*?")
        )
        return replace(self, patterns=tuple(found))

    def put_fitting(self, place: str, entry: Entry) -> HostFiles:
        """The files with all that fit a pattern copied to `place`, which ends in the same pattern."""
        files = self.put(place, entry)
        return replace(files, patterns=(*(one for one in files.patterns if one != place), place))

    def overlay(self, path: str) -> Overlay | None:
        """The last container that worked in a folder which holds the path, or is it."""
        return next((overlay for overlay in reversed(self.overlays) if overlay.covers(path)), None)

    def made_later(self, path: str, folder: Entry) -> Entry | None:
        """What a container may have made in a folder since a command of the host made that."""
        overlay = self.overlay(path)
        return overlay.entry(path) if overlay is not None and overlay.event > max(folder.events, default=-1) else None

    def filling(self, path: str) -> Filling | None:
        """The last command that may have put a file at a path where `lookup` finds nothing."""
        return next((one for one in reversed(self.fillings) if one.covers(path)), None)

    def is_filled(self, folder: str) -> bool:
        """Whether there may be more in a folder than is known."""
        return any(
            one.folder == folder or one.covers(folder) or paths.is_below(one.folder, folder) for one in self.fillings
        )

    def fill(self, folder: str, event: int) -> HostFiles:
        """The files after a command put something into a folder that is there."""
        return replace(self, fillings=(*self.fillings, Filling(folder, event)))

    def worked_on(self, overlay: Overlay) -> HostFiles:
        """The files after a container worked in a folder: what was removed before may be there again."""
        changes = {
            path: overlay.entry(path) if entry is None and paths.is_below(path, overlay.folder) else entry
            for path, entry in self.changes.items()
        }
        return replace(self, changes=changes, overlays=(*self.overlays, overlay))

    def follow(self, path: str) -> str:
        """The path behind all symbolic links that the script made, at the end of the path and on the way."""
        for _ in range(MAX_LINKS):
            link = next(
                (
                    (place, entry.origin.target)
                    for place, entry in self.changes.items()
                    if entry is not None
                    and isinstance(entry.origin, FromLink)
                    and (place == path or paths.is_below(path, place))
                ),
                None,
            )
            if link is None:
                return path
            place, target = link
            path = target if path == place else paths.join(target, path[len(place) + 1 :])
        return path

    def within(self, entry: Entry | None, place: str, path: str) -> Entry | None:
        """What lies at a path inside the entry that lies at `place`."""
        if entry is None:
            return None
        rest = path[len(place) + 1 :] if place else path
        if isinstance(entry.origin, Alternatives):
            return either([(condition, self.within(one, place, path)) for condition, one in entry.origin.options])
        if isinstance(entry.origin, FromLink):
            return self.lookup(self.follow(paths.join(entry.origin.target, rest)))
        if isinstance(entry.origin, FromArchive):
            return None
        if isinstance(entry.origin, FromHost) and entry.kind in ("folder", "file"):
            return self.made_later(path, entry) if entry.kind == "folder" else None
        below = entry.below(rest)
        if isinstance(below.origin, FromTree):
            kind = self.start.kind(below.origin.path)
            return replace(below, kind=kind) if kind else None
        return below

    def is_folder(self, path: str) -> bool:
        """Whether the path, links followed, is surely a folder at this moment."""
        path = self.follow(path)
        if path == "":
            return True
        entry = self.lookup(path)
        return entry is not None and entry.kind == "folder"

    def is_empty(self, folder: str) -> bool:
        """Whether the path is surely a folder with nothing in it."""
        entry = self.lookup(folder)
        if entry is None or entry.kind != "folder" or any(held for _, held in self.inside(folder)):
            return False
        if self.is_filled(folder):
            return False
        if isinstance(entry.origin, FromTree):
            return not any(self.lookup(folder + path[len(entry.origin.path) :])
                           for path in self.start.below(entry.origin.path))  # fmt: skip
        return isinstance(entry.origin, FromHost)

    def inside(self, folder: str) -> list[tuple[str, Entry | None]]:
        """Changed paths inside the folder, in order of change."""
        return [(path, entry) for path, entry in self.changes.items() if paths.is_below(path, folder)]

    def leaves(self, folder: str) -> list[tuple[str, Entry]] | None:
        """Everything inside a folder as paths below it; None where its content is not known in full."""
        entry = self.lookup(folder)
        if entry is None or not isinstance(entry.origin, (FromTree, FromHost)) or entry.kind != "folder":
            return None
        if self.is_filled(folder):
            return None
        found: dict[str, Entry] = {}
        if isinstance(entry.origin, FromTree):
            base = entry.origin.path
            for path in sorted(self.start.below(base)):
                rest = path[len(base) + 1 :] if base else path
                held = self.lookup(paths.join(folder, rest))
                if held is not None:
                    found[rest] = held
        for path, changed in self.inside(folder):
            if changed is None:
                continue
            if changed.kind == "folder" and isinstance(changed.origin, FromTree):
                base = changed.origin.path
                below = [paths.join(path, paths.relative(name, base)) for name in sorted(self.start.below(base))]
            else:
                below = [path]
            for name in below:
                held = self.lookup(name)
                if held is not None:
                    found[name[len(folder) + 1 :] if folder else name] = held
        return list(found.items())

    def copy(self, source: str, place: str, number: int) -> HostFiles:
        """The files with a copy of what lies at `source` in the place of whatever was at `place`."""
        entry = self.lookup(source)
        assert entry is not None
        inner = self.inside(source)
        files = self.put(place, entry.after(number))
        for path, held in inner:
            files = files.put(place + path[len(source) :], held.after(number) if held is not None else None)
        copied = [one.folder for one in self.fillings if one.folder == source or paths.is_below(one.folder, source)]
        if any(one.covers(source) for one in self.fillings):
            copied.append(source)
        more = tuple(Filling(place + folder[len(source) :], number) for folder in dict.fromkeys(copied))
        return replace(files, fillings=(*files.fillings, *more)) if more else files

    def put(self, path: str, entry: Entry | None) -> HostFiles:
        """The files with the entry at the path in place of whatever was there and below it."""
        below = self.below(path)
        if below:
            gone = set(below)
            changes = {key: value for key, value in self.changes.items() if key not in gone}
            changes[path] = entry
        else:
            changes = {**self.changes, path: entry}
        if not self.fillings:
            return replace(self, changes=changes)
        left = tuple(one for one in self.fillings if one.folder != path and not paths.is_below(one.folder, path))
        return replace(self, changes=changes, fillings=left)

    def edit(self, path: str, entry: Entry) -> HostFiles:
        """The files with another entry for what lies at the path; what was changed below it stays changed."""
        return replace(self, changes={**self.changes, path: entry})

    def changed_below(self, folder: str) -> list[tuple[str, Entry | None]]:
        """Changed paths at or inside the folder, in order of change."""
        inside = self.below(folder)
        if not inside:
            return [(folder, self.changes[folder])] if folder in self.changes else []
        wanted = {*inside, folder}
        return [(path, entry) for path, entry in self.changes.items() if path in wanted]

    def below(self, folder: str) -> list[str]:
        """Changed paths inside the folder, as `paths.is_below` has it: a script may have changed thousands."""
        if folder == "":
            return [path for path in self.changes if paths.is_below(path, folder)]
        start = folder if folder.endswith("/") else folder + "/"
        return [path for path in self.changes if path.startswith(start)]
