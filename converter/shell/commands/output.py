"""Commands that print: echo, printf, cat, tee."""

from __future__ import annotations

from msgspec.structs import replace

from converter.machine.events import Announced, RanCommand
from converter.machine.host import Entry, FromHost
from converter.machine.state import State
from converter.machine.value import Value, is_known, join
from converter.shell.commands.call import Call, Handler, Result
from converter.shell.commands.changes import matches
from converter.shell.commands.operands import Operand, parse


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
    _announce(call, state, text)
    uncertain = any(word.pattern for word in words) or "\\" in text.flat
    return Result(_done(state), None if uncertain else text)


def printf(call: Call, state: State) -> Result:
    """`printf`: known for a format of literal text and `%s`."""
    values = call.values[1:]
    _announce(call, state, join(values))
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
