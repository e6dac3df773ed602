"""Commands that work on names of files: pwd, dirname, basename, realpath, readlink; and git's for the root."""

from __future__ import annotations

from msgspec.structs import replace

from converter.machine import paths
from converter.machine.events import RanCommand
from converter.machine.state import State
from converter.machine.value import ROOT_TOKEN, Piece, Value, is_known, join
from converter.shell.commands.call import Call, Handler, Result
from converter.shell.commands.operands import parse
from converter.shell.commands.other import other


def pwd(call: Call, state: State) -> Result:
    """`pwd`: the working folder."""
    return _answer(call, state, (_absolute(state.folder),))


def dirname(call: Call, state: State) -> Result:
    """`dirname PATH...`."""
    operands = parse(call, state).operands
    return _answer(call, state, tuple(_folder(operand.text) for operand in operands))


def _folder(text: str) -> Value | None:
    flat = text.rstrip("/")
    if not is_known(flat.replace(ROOT_TOKEN, "")):
        return None
    head, slash, _ = flat.rpartition("/")
    head = head.rstrip("/")
    return Value((Piece(head if head else ("/" if slash or text.startswith("/") else ".")),))


def basename(call: Call, state: State) -> Result:
    """`basename PATH [SUFFIX]`, `basename -s SUFFIX PATH...`, `basename -a PATH...`."""
    parsed = parse(call, state, "s suffix")
    texts = [operand.text for operand in parsed.operands]
    suffix = parsed.value("s", "suffix") or ""
    if not parsed.has("s", "suffix", "a", "multiple") and len(texts) == 2:
        suffix = texts.pop()
    return _answer(call, state, tuple(_name(text, suffix) for text in texts))


def _name(text: str, suffix: str) -> Value | None:
    name = paths.base_name(text)
    if not is_known(text.replace(ROOT_TOKEN, "")) or not is_known(suffix) or not name or not is_known(name):
        return None
    return Value.literal(name.removesuffix(suffix) if suffix and name != suffix else name)


def realpath(call: Call, state: State) -> Result:
    """`realpath PATH` and `readlink -f PATH`: links that the script made are followed, there are taken to be no others."""
    parsed = parse(call, state, "relative-to relative-base")
    verb = call.values[0].flat
    canonical = verb == "realpath" or parsed.has("f", "e", "m", "canonicalize", "canonicalize-existing")
    if not canonical or parsed.has("relative-to", "relative-base") or len(parsed.operands) != 1:
        return _answer(call, state, (None,))
    return _answer(call, state, (_absolute(state.files.follow(parsed.operands[0].path)),))


def git(call: Call, state: State) -> Result:
    """`git rev-parse --show-toplevel`: the root; every other git command stays as it is."""
    if tuple(value.flat for value in call.values[1:]) != ("rev-parse", "--show-toplevel"):
        return other(call, state)
    return _answer(call, state, (_absolute(""),))


def _absolute(path: str) -> Value:
    if path.startswith("/") or not is_known(path[:1]):
        return Value((Piece(path),))
    return Value((Piece(f"{ROOT_TOKEN}/{path}" if path else ROOT_TOKEN),))


def _answer(call: Call, state: State, lines: tuple[Value | None, ...]) -> Result:
    """What is printed, one line for each value."""
    call.machine.record(
        RanCommand(call.number, call.site, call.calls, state, call.values[0].flat, (), False, call.values)
    )
    known = [line for line in lines if line is not None]
    output = join([part for line in known for part in (line, Value.literal("\n"))])
    return Result(replace(state, status="success"), output if known and len(known) == len(lines) else None)


TABLE: dict[str, Handler] = {
    "pwd": pwd,
    "dirname": dirname,
    "basename": basename,
    "realpath": realpath,
    "readlink": realpath,
}
