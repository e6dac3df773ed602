"""Commands that stay as they are: what may they have touched?"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from fnmatch import fnmatchcase

from msgspec.structs import replace

from converter.machine import paths
from converter.machine.events import RanCommand
from converter.machine.host import Entry, FromHost
from converter.machine.predicate import Atom
from converter.machine.state import State
from converter.machine.value import is_known
from converter.shell.commands.call import Call, Handler, Result
from converter.shell.commands.effects import HARMLESS, NAMES

TESTS = frozenset({"grep", "egrep", "fgrep", "diff", "cmp", "which", "type", "command", "hash", "pgrep", "expr"})
"""Commands that are asked for their exit status."""

COMPILERS = frozenset(
    "go gcc g++ cc c++ clang clang++ gfortran ghc ld ocamlc ocamlopt rustc crystal dmd gdc nim tsc".split()
)
"""Commands whose `-o` names the file that they write."""


def other(call: Call, state: State, opaque: bool | None = None, makes: Iterable[str] = ()) -> Result:
    """A command that the model does not follow: the paths that its words name, and whether it may change others.

    `opaque` tells that, where it is not for the name to tell; `makes` are files that it is known to write.
    """
    values = call.values
    name = values[0].flat
    base = paths.base_name(name)
    named = []
    searched = _searched(call, base)
    for index, field in enumerate(call.fields[1:], 1):
        flat = field.value.flat
        if index in searched:
            continue
        if field.pattern:
            shape = paths.join(state.folder, flat)
            named += [path for path in state.files.changes if fnmatchcase(path, shape)]
        candidates = [flat] if not flat.startswith("-") else []
        if "=" in flat:
            candidates.append(flat.partition("=")[2])
        for candidate in candidates:
            if candidate and not candidate.startswith("-") and ("/" in candidate or base not in NAMES):
                named.append(paths.join(state.folder, candidate))
    written = [
        paths.join(state.folder, after.flat)
        for before, after in itertools.pairwise(values[1:] if base in COMPILERS else ())
        if before.flat in ("-o", "--output")
    ]
    call.machine.record(
        RanCommand(
            call.number,
            call.site,
            call.calls,
            state,
            name,
            tuple(named),
            opaque if opaque is not None else base not in HARMLESS or not is_known(name),
            values,
            (*written, *makes),
        )
    )
    files = state.files
    for path in written:
        files = files.put(files.follow(path), Entry("file", FromHost(call.number), (call.number,)))
    # what is not asked for its exit status is taken to succeed, which a test of it does not rely on
    asked = Atom(("status", call.machine.fresh()))
    return Result(replace(state, files=files, status="unknown" if base in TESTS else "success", asked=asked), None)


def _searched(call: Call, base: str) -> frozenset[int]:
    """The words that say what a command looks for in texts: they name no files, however they look."""
    if base not in ("grep", "egrep", "fgrep"):
        return frozenset()
    flats = [field.value.flat for field in call.fields]
    given = {index for index, flat in enumerate(flats) if index and flats[index - 1] in ("-e", "--regexp")}
    if (
        given
        or not all(map(is_known, flats))
        or any(flat.startswith(("-e", "-f", "--regexp", "--file")) for flat in flats)
    ):
        return frozenset(given)
    operands = [
        index for index, flat in enumerate(flats)
        if index and not flat.startswith("-") and flats[index - 1] not in ("-m", "-A", "-B", "-C")
    ]  # fmt: skip
    return frozenset(operands[:1])


TABLE: dict[str, Handler] = {"": other}
