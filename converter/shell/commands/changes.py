"""What the handlers of commands that change files share: the event, patterns, and files of which little is known."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from msgspec.structs import replace

from converter.dockerfile.ignore import match_pattern
from converter.lazy import lazily
from converter.machine import paths
from converter.machine.events import ChangedFiles
from converter.machine.host import Entry, FromHost, HostFiles
from converter.machine.state import State
from converter.machine.value import EMPTY, is_known
from converter.shell.commands.call import Call, Result
from converter.shell.commands.operands import Operand

if TYPE_CHECKING:
    from converter.dockerfile import globs
else:
    globs = lazily("converter.dockerfile.globs")


def changed(
    call: Call,
    state: State,
    files: HostFiles,
    operands: tuple[tuple[int, str], ...],
    reads: Iterable[str] = (),
    makes: Iterable[str] = (),
    removes: Iterable[str] = (),
    mode: str | None = None,
) -> Result:
    """Records the event of a command that changed files, and gives the state behind it."""
    call.machine.record(
        ChangedFiles(
            call.number,
            call.site,
            call.calls,
            state,
            call.values[0].flat,
            operands,
            call.spans,
            tuple(reads),
            tuple(makes),
            tuple(removes),
            not all(is_known(path) for _, path in operands),
            call.values,
            mode,
        )
    )
    return Result(replace(state, files=files, status="success"), EMPTY)


def named(operands: Iterable[Operand]) -> tuple[tuple[int, str], ...]:
    """The operands as an event keeps them."""
    return tuple((operand.index, operand.path) for operand in operands)


def taint(files: HostFiles, places: Iterable[str], number: int) -> HostFiles:
    """The files after a command of which it is not known what it made of these places."""
    for place in places:
        if files.is_folder(place):
            entry = Entry("unknown", FromHost(number), (number,))
            files = replace(files, changes={**files.changes, paths.join(place, "*"): entry})
        else:
            files = files.put(place, Entry("unknown", FromHost(number), (number,)))
    return files


def brought(files: HostFiles, folder: str, number: int) -> HostFiles:
    """The files after a command put something that is not known into a folder, which it made where it was missing."""
    if files.lookup(folder) is None and folder:
        files = files.put(folder, Entry("folder", FromHost(number), (number,)))
    return files.fill(folder, number)


def matches(files: HostFiles, operand: Operand) -> list[str]:
    """The paths that a pattern expands to, as far as they are known; the path itself for a plain word.

    POSIX shell command language, 2.14: a pattern stops at a slash and does not match a leading dot.
    """
    if not operand.field.pattern:
        return [operand.path]
    names = {path for path, entry in files.changes.items() if entry is not None}
    names |= {path for path in (*files.start.files, *files.start.folders) if path}
    return sorted(name for name in names if _matches(name, operand.path) and files.lookup(name) is not None)


def _matches(path: str, pattern: str) -> bool:
    hidden = paths.base_name(path).startswith(".") and not paths.base_name(pattern).startswith(".")
    try:
        return not hidden and match_pattern(pattern, path)
    except globs.GlobError:
        return False
