"""Commands that print: echo, printf, cat, tee."""

from __future__ import annotations

from msgspec.structs import replace

from converter.machine.events import Announced, RanCommand
from converter.machine.host import Entry, FromHost
from converter.machine.state import State
from converter.machine.value import Value, join
from converter.shell import printing
from converter.shell.commands.call import Call, Handler, Result
from converter.shell.commands.changes import matches
from converter.shell.commands.operands import Operand, parse


def echo(call: Call, state: State) -> Result:
    """`echo`: the words, joined by blanks."""
    words = call.values[1:]
    text = printing.echo(words, call.machine.dialect)
    shown = text if text is not None else printing.spaced(words) + Value.literal("\n")
    _announce(call, state, shown)
    uncertain = any(field.pattern for field in call.fields[1:])
    return Result(_done(state), None if uncertain else text)


def printf(call: Call, state: State) -> Result:
    """`printf FORMAT ARGUMENT...` and bash's `printf -v NAME`."""
    values = list(call.values[1:])
    _announce(call, state, printing.spaced(values))
    name = None
    if len(values) > 1 and values[0].flat == "-v" and call.machine.dialect != "dash":
        name = values[1].flat
        values = values[2:]
    if values and values[0].flat == "--":
        values = values[1:]
    text = None
    uncertain = any(field.pattern or field.splits for field in call.fields[1:])
    if values and not uncertain and not values[0].flat.startswith("-"):
        text = printing.printf(values[0].flat, values[1:], call.machine.dialect)
    if name is None:
        return Result(_done(state), text)
    if text is None or not name.isidentifier():
        return Result(_done(call.machine.forget([name.partition("[")[0]], state)), Value(()))
    return Result(_done(call.machine.words.set_variable(name, text, state)), Value(()))


def cat(call: Call, state: State) -> Result:
    """`cat [FILE...]`: the texts one behind the other."""
    parsed = parse(call, state)
    texts = _inputs(call, state, parsed.operands)
    _stay(call, state, tuple(path for operand in parsed.operands for path in matches(state.files, operand)))
    if any(flag.name not in ("u", "-") for flag in parsed.flags):
        return Result(_done(state), None)
    known = [text for text in texts if text is not None]
    output = join(known) if len(known) == len(texts) else None
    entry = None
    if len(parsed.operands) == 1 and parsed.operands[0].text != "-":
        entry = state.files.lookup(state.files.follow(parsed.operands[0].path))
    return Result(_done(state), output, entry)


def _inputs(call: Call, state: State, operands: tuple[Operand, ...]) -> list[Value | None]:
    """The text of each operand, and of standard input for none and for `-`."""
    if not operands:
        return [call.stdin]
    return [
        call.stdin if operand.text == "-" else call.machine.text_of(path, state)
        for operand in operands
        for path in matches(state.files, operand) or [operand.path]
    ]


def tee(call: Call, state: State) -> Result:
    """`tee [-a] FILE...`: writes what it reads to the files and to standard output."""
    parsed = parse(call, state)
    append = parsed.has("a", "append")
    number = call.number
    files = state.files
    makes = []
    reads = []
    for operand in parsed.operands:
        place = files.follow(operand.path)
        if place.startswith("/dev/"):
            continue
        makes.append(place)
        before = files.lookup(place)
        content = call.stdin
        if append and before is not None:
            reads.append(place)
            old = call.machine.text_of(place, state, ask=content is not None)
            content = old + content if old is not None and content is not None else None
        files = files.put(place, Entry("file", FromHost(number, content), (number,)))
    name = call.values[0].flat
    call.machine.record(
        RanCommand(
            number, call.site, call.calls, state, name, tuple(reads), False, call.values, tuple(makes), call.fed_by
        )
    )
    return Result(_done(state.with_files(files)), call.stdin)


def _stay(call: Call, state: State, named: tuple[str, ...] = ()) -> None:
    call.machine.record(
        RanCommand(call.number, call.site, call.calls, state, call.values[0].flat, named, False, call.values)
    )


def _announce(call: Call, state: State, text: Value) -> None:
    """A message on the terminal; where the output goes elsewhere, a command like any other."""
    piped = call.machine.captured is not None
    to_file = any(r.descriptor in (None, 1) and r.operator.startswith((">", "&>")) and r.operator != ">&"
                  for r in call.redirects)  # fmt: skip
    if piped or to_file:
        _stay(call, state)
    else:
        call.machine.record(Announced(call.number, call.site, call.calls, state, text))


def _done(state: State) -> State:
    return replace(state, status="success")


TABLE: dict[str, Handler] = {"echo": echo, "printf": printf, "cat": cat, "tee": tee}
