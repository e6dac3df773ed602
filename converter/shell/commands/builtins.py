"""Commands that change the shell itself: cd, set, export, shift, return, exit, source."""

from __future__ import annotations

from msgspec.structs import replace

from converter.diagnostics import refuse
from converter.machine import paths
from converter.machine.events import Assigned, ChangedFolder, RanCommand
from converter.machine.state import State, Variable
from converter.machine.value import EMPTY, Piece, Value, is_known
from converter.shell.commands.call import Call, Handler, Result


def cd(call: Call, state: State) -> Result:
    """`cd DIR`; `cd -` returns to the folder before."""
    operands = [value for value in call.values[1:] if value.flat not in ("-P", "-L", "--", "-e")]
    return _enter(call, state, operands[0] if operands else None)


def _enter(call: Call, state: State, operand: Value | None) -> Result:
    unknowns = call.machine.run.unknowns
    if operand is None:
        folder = "/" + unknowns.token(("home", "~"), "~", "the home folder is the machine's own")
    elif operand.flat == "-":
        folder = state.folders[-1] if state.folders else unknowns.token(("oldpwd",), "$OLDPWD", "it is not set here")
    else:
        folder = paths.join(state.folder, operand.flat)
        if not is_known(folder) and not folder.startswith("/"):
            # it may be absolute: wherever it is, it is no known place below the root
            folder = "/" + folder
    after = replace(state, folder=folder, folders=(*state.folders, state.folder), status="success")
    call.machine.record(ChangedFolder(call.number, call.site, call.calls, state, folder))
    return Result(after, None if operand is not None and operand.flat == "-" else EMPTY)


def pushd(call: Call, state: State) -> Result:
    """`pushd DIR`."""
    return _enter(call, state, call.values[1] if len(call.values) > 1 else Value.literal("-"))


def popd(call: Call, state: State) -> Result:
    """`popd`: back to the folder before the last `pushd`."""
    if not state.folders:
        return _enter(call, state, Value.literal("-"))
    folder = state.folders[-1]
    after = replace(state, folder=folder, folders=state.folders[:-1], status="success")
    call.machine.record(ChangedFolder(call.number, call.site, call.calls, state, folder))
    return Result(after, None)


def export(call: Call, state: State) -> Result:
    """`export`, `readonly`, `local`, `declare`, `typeset`: assignments among the words."""
    verb = call.values[0].flat
    plain = True
    for value in call.values[1:]:
        flat = value.flat
        if flat.startswith(("-", "+")):
            continue
        name, equals, _ = flat.partition("=")
        if not is_known(name):
            continue
        exported = verb == "export"
        if verb in ("local", "declare", "typeset"):
            call.machine.declare_local(name, state)
        if equals:
            content = value.slice(len(name) + 1)
            number = call.number
            inner = any(
                event.site.source is call.source and event.site.span in call.site.span and event.site != call.site
                for event in call.machine.run.events[-8:]
            )
            pure = not exported and not inner
            call.machine.record(Assigned(number, call.site, call.calls, state, name, number, content, pure))
            plain = False
            state = state.assign(name, Variable(content, number, exported))
        elif name in state.variables and exported:
            state = state.assign(name, replace(state.variables[name], exported=True))
        elif verb == "local":
            state = state.assign(name, Variable(Value(()), call.number))
    if plain or verb == "export":
        _stay(call, state)
    return Result(replace(state, status="success"), EMPTY)


def unset(call: Call, state: State) -> Result:
    """`unset NAME`."""
    names = {value.flat for value in call.values[1:]}
    variables = dict(state.variables)
    for name in names & set(variables):
        variables[name] = Variable(Value(()), call.number)
    _stay(call, state)
    return Result(replace(state, variables=variables, status="success"), None)


def set_options(call: Call, state: State) -> Result:
    """`set -e` and the like change nothing here, since docker commands are taken to succeed; `set -- a b` sets `$1`."""
    values = call.values[1:]
    _stay(call, state)
    flats = [value.flat for value in values]
    if flats and not flats[0].startswith(("-", "+")):
        return Result(replace(state, positional=values, status="success"), EMPTY)
    if "--" in flats:
        return Result(replace(state, positional=values[flats.index("--") + 1 :], status="success"), None)
    return Result(replace(state, status="success"), None)


def reading(call: Call, state: State) -> Result:
    """`read`, `mapfile`, `getopts`, `let`: they set the variables that their words name."""
    _stay(call, state)
    names = [value.flat.partition("=")[0].strip("+-*/%") for value in call.values[1:]]
    state = call.machine.forget([name for name in names if name.isidentifier()], state)
    return Result(replace(state, status="unknown"), EMPTY)


def evaluate(call: Call, state: State) -> Result:
    """`eval`: its words are commands that are not followed."""
    raise refuse(
        "STG302",
        "`eval` runs commands that are put together while the script runs",
        call.source,
        call.site.span,
        "write the commands out",
    )


def shift(call: Call, state: State) -> Result:
    """`shift [N]`."""
    count = call.values[1].flat if len(call.values) > 1 else "1"
    _stay(call, state)
    positional = state.positional
    if positional is None:
        variables = dict(state.variables)
        for index in range(1, 10):
            token = call.machine.run.unknowns.token(("shift", call.number, index), f"${index}", "it comes from outside")
            variables[str(index)] = Variable(Value((Piece(token),)), None)
        return Result(replace(state, variables=variables, status="success"), None)
    positional = positional[int(count) :] if count.isdigit() else ()
    return Result(replace(state, positional=positional, status="success"), None)


def leave(call: Call, state: State) -> Result:
    """`exit` and `return`."""
    _stay(call, state)
    return Result(replace(state, flow="exit" if call.values[0].flat == "exit" else "return"), None)


def true(call: Call, state: State) -> Result:
    """`true` and `:`."""
    _stay(call, state)
    return Result(replace(state, status="success"), Value(()))


def false(call: Call, state: State) -> Result:
    """`false`."""
    _stay(call, state)
    return Result(replace(state, status="failure"), Value(()))


def test(call: Call, state: State) -> Result:
    """`[` and `test`: the outcome is not followed."""
    _stay(call, state)
    return Result(replace(state, status="unknown"), Value(()))


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
    return Result(call.machine.source_file(path, call, state), None)


def _stay(call: Call, state: State) -> None:
    call.machine.record(
        RanCommand(call.number, call.site, call.calls, state, call.values[0].flat, (), False, call.values)
    )


TABLE: dict[str, Handler] = {
    "cd": cd,
    "pushd": pushd,
    "popd": popd,
    "export": export,
    "readonly": export,
    "local": export,
    "declare": export,
    "typeset": export,
    "trap": trap,
    "read": reading,
    "mapfile": reading,
    "readarray": reading,
    "getopts": reading,
    "let": reading,
    "eval": evaluate,
    "alias": evaluate,
    "unset": unset,
    "set": set_options,
    "shift": shift,
    "exit": leave,
    "return": leave,
    "true": true,
    ":": true,
    "false": false,
    "[": test,
    "test": test,
    ".": source,
    "source": source,
}
