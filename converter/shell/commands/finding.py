"""Commands that find files and hand words on to others: find, xargs.

POSIX, find and xargs; GNU findutils for `-d`, `-I` and `-r`.
"""

from __future__ import annotations

import itertools
import re

from msgspec.structs import replace

from converter.diagnostics import refuse
from converter.docker_cli.prefixes import find_program
from converter.machine import paths
from converter.machine.state import State
from converter.machine.value import TOKEN_START, Piece, Value, is_known
from converter.shell.commands.call import Call, Handler, Result
from converter.shell.commands.effects import HARMLESS
from converter.shell.commands.operands import parse
from converter.shell.commands.other import other
from converter.shell.expansion import Field

_ACTIONS = frozenset({"-exec", "-execdir", "-ok", "-okdir"})
_WRITES = frozenset({"-delete", "-fprint", "-fprint0", "-fprintf", "-fls"})
MAX_CALLS = 200
_NAMING = frozenset({"rm", "rmi", "remove", "stop", "kill", "start", "wait"})
_WORKING = frozenset({"build", "create", "run", "cp", "commit", "exec", "import", "load"})

_SHELL_ONLY = frozenset(
    """
    . : break cd continue declare eval exec exit export getopts let local mapfile popd pushd read readarray readonly
    return set shift source trap typeset unset alias
    """.split()
)
"""What only a shell can run."""


def find(call: Call, state: State) -> Result:
    """`find`: only looks, unless one of its actions changes something."""
    flats = [value.flat for value in call.values]
    programs = [paths.base_name(after) for before, after in itertools.pairwise(flats) if before in _ACTIONS]
    changes = bool(_WRITES & set(flats)) or not all(program in HARMLESS for program in programs)
    return other(call, state, opaque=changes)


def xargs(call: Call, state: State) -> Result:
    """`xargs COMMAND`: the command, once for all words of the input, or as often as `-n`, `-L` and `-I` say."""
    at = _command_index(call)
    if at is None:
        return other(call, state)
    parsed = parse(replace(call, fields=call.fields[:at]), state, "n I L d P s E a")
    command = call.fields[at:]
    name = command[0].value.flat if command else "echo"
    if not command or not parsed.only("n I L d P r t 0 x null no-run-if-empty verbose max-args"):
        return other(call, state, opaque=None if name != "echo" else False)
    if not is_known(name) or paths.base_name(name) in _SHELL_ONLY:
        return other(call, state)
    words = _words(call, parsed.value("d"), parsed.has("I"))
    if words is None or parsed.has("0", "null", "L"):
        return _unknown(call, command, state)
    batches = _batches(words, command, parsed.value("n"), parsed.value("I"), call)
    if batches is None or len(batches) > MAX_CALLS or (parsed.has("P") and len(batches) > 1):
        return _unknown(call, command, state)
    if not words and parsed.has("r", "no-run-if-empty", "I"):
        batches = []
    first = call.number
    for fields in batches:
        state = _run(call, fields, state).state
    call.machine.run.handed_on.append((call.fed_by, (first, call.number)))
    return Result(state, None) if batches else other(call, state, opaque=False)


def _command_index(call: Call) -> int | None:
    """Where the command begins; None where a flag is not known."""
    index = 1
    flats = [value.flat for value in call.values]
    while index < len(flats) and flats[index].startswith("-"):
        flat = flats[index]
        if not is_known(flat):
            return None
        index += 2 if flat in ("-n", "-I", "-L", "-d", "-P", "-s", "-E", "-a") else 1
    return index


def _words(call: Call, delimiter: str | None, lines: bool) -> list[Value] | None:
    """The words of the input, or its lines; None where they are not known."""
    text = call.stdin
    if text is None:
        return None
    flat = text.flat
    unknowns = call.machine.run.unknowns
    if not all(unknown.single for unknown in unknowns.tokens_in(flat)) or re.search(r"[\"'\\]", flat):
        return None
    if delimiter is not None and delimiter not in ("\\n", "\n", " "):
        return None
    separators = "\n" if lines or delimiter in ("\\n", "\n") else " " if delimiter else " \t\n"
    found: list[Value] = []
    start = 0
    for position, character in enumerate(flat + separators[0]):
        if character in separators:
            if position > start:
                found.append(text.slice(start, position))
            start = position + 1
    return found


def _batches(
    words: list[Value], command: tuple[Field, ...], count: str | None, mark: str | None, call: Call
) -> list[tuple[Field, ...]] | None:
    """The fields of each command that is run; None where they cannot be told."""
    span = call.site.span
    own = tuple(replace(field, span=span) for field in command)
    if mark is not None:
        if not mark or TOKEN_START in mark or any(not word.known for word in words):
            return None
        return [
            tuple(replace(field, value=_with(field.value, mark, word.flat.lstrip(" \t"))) for field in own)
            for word in words
        ]
    if count is None:
        return [own + tuple(Field(word, span) for word in words)]
    if not count.isdigit() or int(count) < 1:
        return None
    size = int(count)
    return [own + tuple(Field(word, span) for word in words[at : at + size]) for at in range(0, len(words) or 1, size)]


def _with(value: Value, mark: str, text: str) -> Value:
    if mark not in value.flat:
        return value
    return Value((Piece(value.flat.replace(mark, text)),))


def _unknown(call: Call, command: tuple[Field, ...], state: State) -> Result:
    """Words that are not known: docker takes them as names, any other command may do anything to what they name.

    Raises `Refusal` for a docker command of the pattern.
    """
    flats = tuple(field.value.flat for field in command)
    program = find_program(flats)
    if program is None:
        return other(call, state, opaque=False if paths.base_name(flats[0]) in HARMLESS else None)
    verbs = [flat for flat in flats[program.index + 1 :] if flat not in ("container", "image")][:1]
    if not _NAMING & set(verbs):
        if _WORKING & set(verbs):
            raise refuse(
                "STG302",
                f"what `{verbs[0]}` is given here is the output of another command",
                call.source,
                call.site.span,
                "write the words out, or convert this part by hand",
            )
        return other(call, state, opaque=False)
    machine = call.machine
    token = machine.run.unknowns.token(("input", machine.fresh()), "xargs", "it is the output of another command")
    span = call.site.span
    fields = (*(replace(field, span=span) for field in command), Field(Value((Piece(token),)), span, splits=True))
    first = call.number
    result = _run(call, fields, state)
    machine.run.handed_on.append((call.fed_by, (first, call.number)))
    return result


def _run(call: Call, fields: tuple[Field, ...], state: State) -> Result:
    """The command, which happens where xargs stands."""
    from converter.shell import children
    from converter.shell.commands import COMMANDS

    machine = call.machine
    name = paths.base_name(fields[0].value.flat)
    handler = children.TABLE.get(name) or COMMANDS.get(name) or other
    machine.standing.append((call.site, len(machine.calls)))
    try:
        return handler(replace(call, fields=fields, stdin=None, redirects=()), state)
    finally:
        machine.standing.pop()


TABLE: dict[str, Handler] = {"find": find, "xargs": xargs}
