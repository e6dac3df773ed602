"""Commands that print: echo, printf, pwd, dirname, basename, realpath, readlink, cat."""

from __future__ import annotations

from msgspec.structs import replace

from converter.machine import paths
from converter.machine.events import Announced, RanCommand
from converter.machine.state import State
from converter.machine.value import ROOT_TOKEN, Piece, Value, is_known, join
from converter.shell.commands.call import Call, Handler, Result
from converter.shell.commands.other import other


def echo(call: Call, state: State) -> Result:
    """`echo`: the words, joined by blanks."""
    words = list(call.fields[1:])
    newline = "\n"
    while words and words[0].value.flat in ("-n", "-e", "-ne", "-en", "-E"):
        newline = "" if "n" in words[0].value.flat else newline
        words = words[1:]
    parts: list[Value] = []
    for index, word in enumerate(words):
        if index:
            parts.append(Value.literal(" "))
        parts.append(word.value)
    text = join([*parts, Value.literal(newline)])
    call.machine.record(Announced(call.number, call.site, call.calls, state, text))
    uncertain = any(word.pattern for word in words) or "\\" in text.flat
    return Result(_done(state), None if uncertain else text)


def printf(call: Call, state: State) -> Result:
    """`printf`: known for a format of literal text and `%s`."""
    values = call.values[1:]
    call.machine.record(Announced(call.number, call.site, call.calls, state, join(values)))
    if len(values) > 1 and values[0].flat == "-v":
        return Result(_done(call.machine.forget([values[1].flat], state)), Value(()))
    if not values:
        return Result(_done(state), None)
    form, arguments = values[0].flat, list(values[1:])
    if "\\" in form.replace("\\n", "") or not is_known(form) or form.count("%") != form.count("%s"):
        return Result(_done(state), None)
    pieces = form.replace("\\n", "\n").split("%s")
    if len(pieces) != len(arguments) + 1:
        return Result(_done(state), None)
    parts = [Value.literal(pieces[0])]
    for piece, argument in zip(pieces[1:], arguments, strict=True):
        parts += [argument, Value.literal(piece)]
    return Result(_done(state), join(parts))


def pwd(call: Call, state: State) -> Result:
    """`pwd`: the working folder."""
    _stay(call, state)
    return Result(_done(state), _absolute(state.folder))


def dirname(call: Call, state: State) -> Result:
    """`dirname PATH`."""
    _stay(call, state)
    if len(call.fields) != 2:
        return Result(_done(state), None)
    flat = call.values[1].flat.rstrip("/")
    if not is_known(flat.replace(ROOT_TOKEN, "")):
        return Result(_done(state), None)
    head, slash, _ = flat.rpartition("/")
    head = head.rstrip("/")
    rooted = slash or call.values[1].flat.startswith("/")
    return Result(_done(state), Value((Piece(head if head else ("/" if rooted else ".")),)))


def basename(call: Call, state: State) -> Result:
    """`basename PATH [SUFFIX]`."""
    _stay(call, state)
    values = [value.flat for value in call.values[1:]]
    if not 1 <= len(values) <= 2 or not all(is_known(value.replace(ROOT_TOKEN, "")) for value in values):
        return Result(_done(state), None)
    name = paths.base_name(values[0])
    if not name or not is_known(name):
        return Result(_done(state), None)
    if len(values) == 2 and name != values[1]:
        name = name.removesuffix(values[1])
    return Result(_done(state), Value.literal(name))


def realpath(call: Call, state: State) -> Result:
    """`realpath PATH` and `readlink -f PATH`, taking no part of the path as a link."""
    _stay(call, state)
    values = [value for value in call.values[1:] if not value.flat.startswith("-")]
    plain = call.fields[0].value.flat == "realpath" or any(v.flat in ("-f", "-e", "-m") for v in call.values[1:])
    if len(values) != 1 or not plain:
        return Result(_done(state), None)
    return Result(_done(state), _absolute(paths.join(state.folder, values[0].flat)))


def _absolute(path: str) -> Value:
    if path.startswith("/") or not is_known(path[:1]):
        return Value((Piece(path),))
    return Value((Piece(f"{ROOT_TOKEN}/{path}" if path else ROOT_TOKEN),))


def _stay(call: Call, state: State) -> None:
    call.machine.record(
        RanCommand(call.number, call.site, call.calls, state, call.values[0].flat, (), False, call.values)
    )


def _done(state: State) -> State:
    return replace(state, status="success")


def git(call: Call, state: State) -> Result:
    """`git rev-parse --show-toplevel`: the root; every other git command stays as it is."""
    if tuple(value.flat for value in call.values[1:]) != ("rev-parse", "--show-toplevel"):
        return other(call, state)
    _stay(call, state)
    return Result(_done(state), _absolute(""))


TABLE: dict[str, Handler] = {
    "echo": echo,
    "printf": printf,
    "pwd": pwd,
    "dirname": dirname,
    "basename": basename,
    "git": git,
    "realpath": realpath,
    "readlink": realpath,
}
