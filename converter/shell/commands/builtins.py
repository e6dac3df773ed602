"""Commands that change the shell itself: cd, set, return, exit, source."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from msgspec.structs import replace

from converter.diagnostics import refuse
from converter.lazy import lazily
from converter.machine import paths
from converter.machine.events import ChangedFolder, RanCommand
from converter.machine.host import FromTree
from converter.machine.state import State, Variable
from converter.machine.value import EMPTY, Value, is_known
from converter.shell.commands.call import Call, Handler, Result
from converter.shell.expander import absolute

if TYPE_CHECKING:
    from converter.shell import assignments, conditions
else:
    assignments = lazily("converter.shell.assignments")
    conditions = lazily("converter.shell.conditions")


def cd(call: Call, state: State) -> Result:
    """`cd DIR`; `cd -` returns to the folder before."""
    operands = [value for value in call.values[1:] if value.flat not in ("-P", "-L", "--", "-e")]
    return _enter(call, state, operands[0] if operands else None)


def _enter(call: Call, state: State, operand: Value | None) -> Result:
    unknowns = call.machine.run.unknowns
    if operand is None:
        folder = "/" + unknowns.token(("home", "~"), "~", "the home folder is the machine's own")
    elif operand.flat == "-":
        before = state.variables.get("OLDPWD")
        folder = paths.join(
            state.folder, before.value.flat if before is not None else call.machine.words.outside("OLDPWD").flat
        )
        if not is_known(folder):
            folder = "/" + folder
    else:
        folder = paths.join(state.folder, operand.flat)
        if not is_known(folder) and not folder.startswith("/"):
            # it may be absolute: wherever it is, it is no known place below the root
            folder = "/" + folder
    after = replace(_left(state), folder=folder, folders=(*state.folders, state.folder), status="success")
    call.machine.record(ChangedFolder(call.number, call.site, call.calls, state, folder))
    return Result(after, None if operand is not None and operand.flat == "-" else EMPTY)


def _left(state: State) -> State:
    """The state in which `$OLDPWD` is the folder that is being left."""
    return state.assign("OLDPWD", Variable(absolute(state.folder), None))


def pushd(call: Call, state: State) -> Result:
    """`pushd DIR`."""
    return _enter(call, state, call.values[1] if len(call.values) > 1 else Value.literal("-"))


def popd(call: Call, state: State) -> Result:
    """`popd`: back to the folder before the last `pushd`."""
    if not state.folders:
        return _enter(call, state, Value.literal("-"))
    folder = state.folders[-1]
    after = replace(_left(state), folder=folder, folders=state.folders[:-1], status="success")
    call.machine.record(ChangedFolder(call.number, call.site, call.calls, state, folder))
    return Result(after, None)


OPTIONS = {"e": "errexit", "u": "nounset", "f": "noglob"}
"""The letters of `set` whose options matter here."""


def set_options(call: Call, state: State) -> Result:
    """`set -e`, `set -o pipefail` and the like; `set -- a b` sets `$1`."""
    _stay(call, state)
    options = set(state.options)
    fields = list(call.fields[1:])
    while fields and fields[0].value.flat[:1] in ("-", "+") and not fields[0].splits:
        flat = fields.pop(0).value.flat
        if flat in ("--", "-"):
            break
        names = [OPTIONS[letter] for letter in flat[1:] if letter in OPTIONS]
        if flat[-1] == "o" and fields:
            names.append(fields.pop(0).value.flat)
        options = options | set(names) if flat[0] == "-" else options - set(names)
    else:
        flat = ""
    if fields or flat == "--":
        state = assignments.positional_after(call, fields, state)
    return Result(replace(state, options=frozenset(options), status="success"), EMPTY)


def shopt(call: Call, state: State) -> Result:
    """bash's `shopt -s NAME...` and `shopt -u NAME...`."""
    _stay(call, state)
    flats = [value.flat for value in call.values[1:]]
    names = {flat for flat in flats if not flat.startswith("-")}
    options = state.options | names if "-s" in flats else state.options - names if "-u" in flats else state.options
    return Result(replace(state, options=options, status="success" if len(flats) > 1 else "unknown"), EMPTY)


def alias(call: Call, state: State) -> Result:
    """`alias NAME=COMMAND`: what the name stands for is not followed, so its use is refused.

    bash expands none in a script without `shopt -s expand_aliases`.
    """
    _stay(call, state)
    if call.machine.dialect != "bash" or "expand_aliases" in state.options:
        for value in call.values[1:]:
            name, equals, _ = value.flat.partition("=")
            if equals:
                call.machine.programs[name] = aliased
    return Result(replace(state, status="success"), EMPTY)


def aliased(call: Call, state: State) -> Result:
    """A name that `alias` gave another meaning."""
    raise refuse(
        "STG302",
        f"`{call.values[0].flat}` is an alias here, which is not followed",
        call.source,
        call.site.span,
        "write the command out, or use a function",
    )


def leave(call: Call, state: State) -> Result:
    """`exit` and `return`, with the status given or that of the command before."""
    _stay(call, state)
    if len(call.values) > 1:
        flat = call.values[1].flat
        state = replace(state, status="success" if flat == "0" else "failure" if flat.isdigit() else "unknown")
    return Result(replace(state, flow="exit" if call.values[0].flat == "exit" else "return"), None)


def jump(call: Call, state: State) -> Result:
    """`break N` and `continue N`: out of N loops, or of all that there are."""
    _stay(call, state)
    text = call.values[1].flat if len(call.values) > 1 else "1"
    if not text.isdecimal() or int(text) == 0:
        raise refuse(
            "STG302",
            f"out of how many loops `{call.values[0].flat}` leads is not known",
            call.source,
            call.site.span,
            "write the number",
        )
    inside = itertools.takewhile(lambda frame: frame.kind == "loop", reversed(call.machine.frames))
    levels = min(int(text), sum(1 for _ in inside))
    if levels == 0:
        if not any(frame.kind == "loop" for frame in call.machine.frames):
            return Result(replace(state, status="success"), EMPTY)
        levels = 1
    return Result(replace(state, flow="break" if call.values[0].flat == "break" else "continue", levels=levels), EMPTY)


def true(call: Call, state: State) -> Result:
    """`true` and `:`."""
    _stay(call, state)
    return Result(replace(state, status="success"), Value(()))


def false(call: Call, state: State) -> Result:
    """`false`."""
    _stay(call, state)
    return Result(replace(state, status="failure"), Value(()))


def test(call: Call, state: State) -> Result:
    """`[` and `test`."""
    flats = [value.flat for value in call.values[1:]]
    named = tuple(
        paths.join(state.folder, flat)
        for before, flat in itertools.pairwise(flats)
        if before in conditions.FILE_TESTS and flat != "]"
    )
    call.machine.record(
        RanCommand(call.number, call.site, call.calls, state, call.values[0].flat, named, False, call.values)
    )
    if call.values[0].flat == "[":
        if flats[-1:] != ["]"]:
            return Result(replace(state, status="failure"), EMPTY)
        flats.pop()
    return Result(call.machine.asked(lambda scene: conditions.classic(flats, scene), state), EMPTY)


def trap(call: Call, state: State) -> Result:
    """`trap COMMANDS SIGNAL...`: what runs at the end of the script is followed there, other signals are not."""
    values = call.values[1:]
    signals = {value.flat.upper().removeprefix("SIG") for value in values[1:]}
    if len(values) > 1 and signals & {"EXIT", "0"}:
        call.machine.traps.append((values[0], call))
    else:
        _stay(call, state)
    return Result(replace(state, status="success"), EMPTY)


def source(call: Call, state: State) -> Result:
    """`. FILE` and `source FILE`: the commands of a file of the root."""
    flat = call.values[1].flat if len(call.values) > 1 else ""
    path = paths.join(state.folder, flat)
    entry = state.files.lookup(path) if is_known(path) and not paths.is_outside(path) else None
    if entry is None or entry.kind != "file":
        shown = call.machine.run.unknowns.show(flat)
        raise refuse(
            "STG303",
            f"`{shown}` is read into the script, and it is not a file below the root",
            call.source,
            call.site.span,
            "put its commands into the script, or convert by hand",
        )
    _stay(call, state)
    if isinstance(entry.origin, FromTree):
        return Result(call.machine.source_file(entry.origin.path, call, state), None)
    text = call.machine.text_of(path, state)
    if text is None or not text.known:
        raise refuse(
            "STG303",
            f"`{flat}` is read into the script, which writes it, and what is in it is not known",
            call.source,
            call.site.span,
            "put its commands into the script, or convert by hand",
        )
    from converter.shell.children import commands_of

    return commands_of(text.flat, call, state, lambda inner, run: run(inner))


def _stay(call: Call, state: State) -> None:
    call.machine.record(
        RanCommand(call.number, call.site, call.calls, state, call.values[0].flat, (), False, call.values)
    )


TABLE: dict[str, Handler] = {
    "cd": cd,
    "pushd": pushd,
    "popd": popd,
    "trap": trap,
    "alias": alias,
    "shopt": shopt,
    "set": set_options,
    "exit": leave,
    "return": leave,
    "break": jump,
    "continue": jump,
    "true": true,
    ":": true,
    "false": false,
    "[": test,
    "test": test,
    ".": source,
    "source": source,
}
