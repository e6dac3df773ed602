"""Pathname expansion against the files that are known to be there.

POSIX shell command language, 2.6.6. A pattern becomes names only where everything that it may match is known: in
folders of the tree that no container and no command of unknown effect has touched. Elsewhere it stays a pattern.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from msgspec.structs import replace

from converter.machine import paths
from converter.machine.events import Event, RanCommand
from converter.machine.host import FromTree
from converter.machine.state import State
from converter.machine.value import Value, is_known
from converter.shell import patterns
from converter.shell.expansion import Field, is_pattern

MAX_MATCHES = 1000
OTHER_MATCHES = frozenset({"dotglob", "nocaseglob", "globstar", "extglob"})
"""Options of bash's `shopt` under which a pattern may match other names."""


def expand(field: Field, state: State, events: Sequence[Event]) -> list[Field]:
    """The names that a pattern matches, itself where that is not certain or where there are none."""
    if "noglob" in state.options:
        return [replace(field, pattern=False)]
    if OTHER_MATCHES & state.options:
        return [field]
    flat = field.value.flat
    if not is_known(flat) or field.splits or any(_may_make_files(event) for event in events):
        return [field]
    segments = _segments(field.glob)
    if segments is None:
        return [field]
    found = [(state.folder, "")]
    if flat.startswith("/") or not is_known(state.folder) or paths.is_outside(state.folder):
        return [field]
    trailing = flat.endswith("/")
    for index, pieces in enumerate(segments):
        last = index == len(segments) - 1
        text = "".join(piece for piece, _ in pieces)
        special = any(not quoted and is_pattern(piece) for piece, quoted in pieces)
        after: list[tuple[str, str]] = []
        for folder, shown in found:
            lead = shown + "/" if shown else ""
            if not special:
                path = paths.join(folder, text)
                if paths.is_outside(path):
                    return [field]
                entry = state.files.lookup(path)
                if entry is not None and (not last or not trailing or entry.kind == "folder"):
                    after.append((path, lead + text))
                continue
            if text.startswith("."):
                # whether `.` and `..` are among the matches depends on the shell and its version
                return [field]
            names = _names(state, folder)
            atoms = patterns.atoms(pieces)
            if names is None or atoms is None:
                return [field]
            for name in names:
                if name.startswith("."):
                    continue
                path = paths.join(folder, name)
                folder_needed = not last or trailing
                if patterns.matches(atoms, name) and (not folder_needed or state.files.is_folder(path)):
                    after.append((path, lead + name))
        found = after
        if len(found) > MAX_MATCHES:
            return [field]
    names_found = sorted(shown + ("/" if trailing else "") for _, shown in found)
    # the order of names is the locale's; it is certain for names of one case without punctuation at its start
    if not names_found or not sorted_everywhere(names_found):
        return [field]
    return [Field(Value.literal(name), field.span) for name in names_found]


def sorted_everywhere(names: Sequence[str]) -> bool:
    """Whether these different names, in the order of their bytes, are in the order of every locale."""
    keys = [_folded(name) for name in names]
    return all(before < after for before, after in itertools.pairwise(keys))


def _folded(name: str) -> str:
    """What most locales look at first when they sort."""
    return "".join(character for character in name.lower() if character.isalnum() or character in "/.")


def _may_make_files(event: Event) -> bool:
    return isinstance(event, RanCommand) and event.opaque


def _segments(pieces: tuple[tuple[str, bool], ...]) -> list[list[tuple[str, bool]]] | None:
    """The pieces of a pattern by path segment."""
    segments: list[list[tuple[str, bool]]] = [[]]
    for text, quoted in pieces:
        if not quoted and "\\" in text:
            return None
        for index, piece in enumerate(text.split("/")):
            if index:
                segments.append([])
            if piece:
                segments[-1].append((piece, quoted))
    kept = [segment for segment in segments if segment]
    return kept if kept and all(segment for segment in segments[:-1]) else None


def _names(state: State, folder: str) -> list[str] | None:
    """The names in a folder of the tree; None where something else may lie there."""
    if state.files.is_filled(folder):
        return None
    entry = state.files.lookup(folder) if folder else None
    if folder and (entry is None or not isinstance(entry.origin, FromTree) or entry.kind != "folder"):
        return None if entry is not None and entry.kind != "file" else []
    names = set()
    for path in state.files.start.below(folder):
        name = path[len(folder) + 1 if folder else 0 :].partition("/")[0]
        names.add(name)
    for path, change in state.files.changes.items():
        if paths.is_below(path, folder) and not is_known(path):
            return None
        if change is not None and not isinstance(change.origin, FromTree) and paths.parent(path) == folder:
            return None
        if paths.parent(path) == folder:
            names.discard(paths.base_name(path))
            if change is not None:
                names.add(paths.base_name(path))
    return sorted(name for name in names if state.files.lookup(paths.join(folder, name)) is not None)
