"""A recorded run as `stageify record` leaves it: docker commands with what they did, one JSON object a line."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from msgspec import Struct

from converter.machine import paths

VERSION = 0
"""Of the trace's form, as in `recording.install`."""


class TraceError(Exception):
    """A trace that cannot be used: the message says why."""


class Change(Struct, frozen=True):
    """A file below the root that is new, changed or gone; see `recording.changes.difference`."""

    path: str
    kind: str
    mode: str = ""
    sha256: str = ""
    target: str = ""


class Command(Struct, frozen=True):
    """A docker command: `argv` are the words behind the program, `cwd` is relative to the root.

    `before` and `after` are the files that changed since the last command ended, and while this one ran; `output` is the
    file that its standard output went to. `line` is its place in the trace.
    """

    program: str
    argv: tuple[str, ...]
    cwd: str
    started: float
    ended: float
    status: int
    images: tuple[str, ...] = ()
    containers: tuple[str, ...] = ()
    before: tuple[Change, ...] = ()
    after: tuple[Change, ...] = ()
    output: str = ""
    line: int = 0


class Trace(Struct, frozen=True):
    """A run: `command` is what was recorded, started in `folder` below `root`, an absolute path of the machine then."""

    path: str
    root: str
    folder: str
    command: tuple[str, ...]
    commands: tuple[Command, ...]


class _Header(Struct, frozen=True):
    version: int = msgspec.field(name="stageify-trace")
    root: str
    command: tuple[str, ...]
    cwd: str = ""


def read_trace(path: str, text: str) -> Trace:
    """The run that a trace holds, its commands in the order in which they began; `path` is its name for people.

    Raises `TraceError`.
    """
    lines = text.splitlines()
    try:
        header = msgspec.json.decode(lines[0] if lines else "", type=_Header)
        commands = [
            msgspec.structs.replace(msgspec.json.decode(line, type=Command), line=number)
            for number, line in enumerate(lines[1:], 2)
        ]
    except msgspec.DecodeError as problem:
        raise TraceError(f"{path} is no trace of `stageify record`: {problem}") from None
    if header.version != VERSION:
        raise TraceError(f"{path} is a trace of version {header.version}, and version {VERSION} is read")
    ordered = sorted(commands, key=lambda command: command.started)
    return Trace(path, header.root, header.cwd, header.command, tuple(ordered))


def below(trace: Trace, folder: str) -> Trace:
    """The trace with its paths relative to a folder below its root. Raises `TraceError` where it leads out of there."""
    if not folder:
        return trace
    absolute = trace.root.rstrip("/") + "/" + folder

    def inside(path: str) -> str:
        if path != folder and not path.startswith(folder + "/"):
            raise TraceError(
                f"the recorded run worked in `{path or '.'}`, outside of {folder}: PATH has to be a folder above both"
            )
        return path[len(folder) + 1 :]

    def kept(changes: tuple[Change, ...]) -> Iterator[Change]:
        for change in changes:
            if change.path.startswith(folder + "/"):
                yield msgspec.structs.replace(change, path=inside(change.path))

    commands = tuple(
        msgspec.structs.replace(
            command,
            cwd=inside(command.cwd),
            before=tuple(kept(command.before)),
            after=tuple(kept(command.after)),
            output=inside(command.output) if command.output else "",
        )
        for command in trace.commands
    )
    return Trace(trace.path, absolute, inside(trace.folder), trace.command, commands)


class Started(Struct, frozen=True):
    """The driver that a command line starts, relative to the root, with its arguments."""

    driver: str
    arguments: tuple[str, ...]


SHELLS = frozenset({"sh", "bash", "dash", "ash", "ksh", "mksh"})
MAKES = frozenset({"make", "gmake"})
MAKEFILES = ("GNUmakefile", "makefile", "Makefile")


def calls_make(trace: Trace) -> bool:
    """Whether the recorded command is make, whose arguments say what is made."""
    return bool(trace.command) and paths.base_name(trace.command[0]) in MAKES


def started(trace: Trace, files: frozenset[str]) -> Started | None:
    """What the recorded command starts, if it is a file of the tree: `./build.sh 1.2`, `sh build.sh`, `make image`."""
    name, *words = trace.command or ("",)
    while paths.base_name(name) in ("env", "sudo") and words:
        # `#!/usr/bin/env bash`
        name, *words = words
    base = paths.base_name(name)
    if base in MAKES:
        folder, named = trace.folder, ""
        for option, value in zip(words, [*words[1:], ""], strict=True):
            if option in ("-C", "--directory"):
                folder = paths.join(folder, value)
            elif option in ("-f", "--file", "--makefile"):
                named = value
        found = [paths.join(folder, name) for name in ((named,) if named else MAKEFILES)]
        driver = next((path for path in found if path in files), None)
        return None if driver is None else Started(driver, tuple(words))
    if base in SHELLS:
        while words and words[0].startswith("-"):
            if "c" in words[0]:
                return None
            words = words[1:]
        if not words:
            return None
        name, *words = words
    path = paths.join(trace.folder, name)
    return Started(path, tuple(words)) if path in files else None
