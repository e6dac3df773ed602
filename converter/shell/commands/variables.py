"""Builtins that set variables: export, declare, local, unset, shift, read, mapfile, getopts, let."""

from __future__ import annotations

from msgspec.structs import replace

from converter.diagnostics import refuse
from converter.machine.events import Assigned, RanCommand
from converter.machine.state import Flow, State, Status, Variable
from converter.machine.value import EMPTY, Value, is_known
from converter.shell import assignments
from converter.shell.commands import inputs
from converter.shell.commands.call import Call, Handler, Result
from converter.shell.expansion import BLANKS, Field

_FLAGS = frozenset("aAfFgiIlnprtux")


def declare(call: Call, state: State) -> Result:
    """`export`, `readonly`, `local`, `declare`, `typeset`: assignments among the words."""
    verb = call.values[0].flat
    letters = ""
    operands: list[Field] = []
    ended = False
    for field in call.fields[1:]:
        flat = field.value.flat
        if not ended and flat == "--":
            ended = True
        elif not ended and flat[:1] in ("-", "+") and set(flat[1:]) <= _FLAGS and len(flat) > 1:
            letters += flat[1:] if flat[0] == "-" else ""
        else:
            operands.append(field)
    if "n" in letters and verb in ("declare", "typeset", "local"):
        raise refuse(
            "STG302",
            "a name that stands for another variable (`-n`) is not followed",
            call.source,
            call.site.span,
            "use the variable itself",
        )
    if set(letters) & set("pfF"):
        _stay(call, state)
        return Result(replace(state, status="success"), None)
    exported = verb == "export" or "x" in letters
    attributes = "".join(letter for letter in "ailurA" if letter in letters) + ("r" if verb == "readonly" else "")
    local = verb == "local" or (verb in ("declare", "typeset") and "g" not in letters)
    plain = True
    for field in operands:
        state, assigned = _declared(call, field, state, exported, attributes, local)
        plain = plain and not assigned
    if plain or exported:
        _stay(call, state)
    return Result(replace(state, status="success"), EMPTY)


def _declared(
    call: Call, field: Field, state: State, exported: bool, attributes: str, local: bool
) -> tuple[State, bool]:
    """One operand; the flag tells whether it gave a value."""
    machine = call.machine
    flat = field.value.flat
    name, equals, _ = flat.partition("=")
    append = equals and name.endswith("+")
    name = name.removesuffix("+") if append else name
    if not is_known(name):
        return machine.forget(sorted(state.variables), state), False
    base = name.partition("[")[0]
    if not base.isidentifier():
        return state, False
    outer = state.variables.get(base)
    inside = local and bool(machine.locals)
    if inside:
        machine.declare_local(base, state)
    if not equals:
        return _without_value(call, base, outer, state, exported, attributes, inside), False
    old = None if inside else outer
    start = replace(old or Variable(EMPTY, None, is_set=False), attributes=_merged(old, attributes))
    content = field.value.slice(len(name) + (2 if append else 1))
    number = call.number
    if field.items is not None:
        kept = start if append else None
        state, variable = assignments.array(
            machine, base, field.items, start, kept, state, call.source, field.span
        )  # fmt: skip
    elif base != name:
        variable = assignments.unknown_array(machine, base, exported, start.attributes)
    else:
        if append and "i" not in start.attributes:
            content = (old.value if old is not None else machine.words.outside(base)) + content
        usable = replace(start, attributes=start.attributes.replace("r", ""))
        state, variable = assignments.scalar(machine, base, content, usable, state, call.source, field.span)
        variable = replace(variable, attributes=start.attributes)
        if "a" in attributes and variable.items is None:
            variable = replace(variable, items=(("0", variable.value),))
    inner = any(
        event.site.source is call.source and event.site.span in call.site.span and event.site != call.site
        for event in machine.run.events[-8:]
    )
    machine.record(Assigned(number, call.site, call.calls, state, base, number, content, not exported and not inner))
    exported = exported or (old is not None and old.exported)
    return state.assign(base, replace(variable, binding=number, exported=exported, is_set=variable.is_set)), True


def _merged(old: Variable | None, attributes: str) -> str:
    return "".join(dict.fromkeys((old.attributes if old is not None else "") + attributes))


def _without_value(
    call: Call, name: str, outer: Variable | None, state: State, exported: bool, attributes: str, inside: bool
) -> State:
    machine = call.machine
    array = "a" in attributes or "A" in attributes
    if inside:
        if machine.dialect == "dash" and not array:
            # dash gives a local variable the value of the outer one
            return state
        if machine.dialect == "sh" and not array and (outer is None or outer.is_set is not False):
            return machine.forget([name], state)
        items: tuple[tuple[str, Value], ...] | None = () if array else None
        return state.assign(name, Variable(EMPTY, call.number, exported, items, False, attributes))
    if outer is None:
        if not array:
            return state
        return state.assign(name, Variable(EMPTY, call.number, exported, (), False, attributes))
    return state.assign(
        name, replace(outer, exported=outer.exported or exported, attributes=_merged(outer, attributes))
    )


def unset(call: Call, state: State) -> Result:
    """`unset [-v|-f] NAME`: a variable, an element of an array, or a function."""
    machine = call.machine
    _stay(call, state)
    number = call.number - 1
    words = [field for field in call.fields[1:] if not field.value.flat.startswith("-")]
    if any(not field.value.known for field in words):
        return Result(replace(machine.forget(sorted(state.variables), state), status="success"), EMPTY)
    functions = any(field.value.flat == "-f" for field in call.fields[1:])
    for field in words:
        name, bracket, key = field.value.flat.partition("[")
        old = state.variables.get(name)
        if functions or (old is None and name in machine.functions):
            machine.functions.pop(name, None)
        elif bracket and key != "@]":
            if old is None or old.items is None:
                state = machine.forget([name], state)
                continue
            text = key.removesuffix("]")
            if "A" not in old.attributes and not text.isdecimal():
                state = machine.forget([name], state)
                continue
            items = tuple(item for item in old.items if item[0] != text)
            value = dict(items).get("0", EMPTY)
            state = state.assign(name, replace(old, value=value, items=items, binding=number))
        elif name.isidentifier():
            state = state.assign(name, Variable(EMPTY, number, is_set=False))
    return Result(replace(state, status="success"), EMPTY)


def shift(call: Call, state: State) -> Result:
    """`shift [N]`."""
    count = call.values[1].flat if len(call.values) > 1 else "1"
    _stay(call, state)
    positional = state.positional
    if positional is None or not count.isdecimal():
        return Result(replace(state, positional=None, series=call.machine.fresh(), status="success"), EMPTY)
    if int(count) > len(positional):
        # nothing is shifted; dash ends the script
        flow: Flow = "exit" if call.machine.dialect == "dash" else "run"
        return Result(replace(state, status="failure", flow=flow), EMPTY)
    return Result(replace(state, positional=positional[int(count) :], status="success"), EMPTY)


# input


def read(call: Call, state: State) -> Result:
    """`read`: known where the input stands in the script, or is that of the construct around it, and known."""
    _stay(call, state)
    state, line, raw, delimiter, names = _input(call, state)
    ended = fed = False
    if line is None and (own := _own_text(call)) is not None and not delimiter:
        line, ended = own, "\n" not in own.flat
    if line is None and state.stdin is not None and not inputs.redirected(call):
        line = state.stdin
        if line.known and not delimiter:
            first, end, rest = line.flat.partition("\n")
            if not raw and "\\" in first:
                return Result(replace(call.machine.forget(names, state), status="unknown", stdin=None), EMPTY)
            line, ended = Value.literal(first), not end
            state, fed = replace(state, stdin=Value.literal(rest)), True
    if not names:
        names = ["REPLY"]
    usable = [name for name in names if name.isidentifier()]
    if line is None or delimiter or len(usable) != len(names) or not line.known or (not raw and "\\" in line.flat):
        return Result(replace(call.machine.forget(usable, state), status="unknown"), EMPTY)
    text = line.flat.partition("\n")[0]
    separators = call.machine.words.separators(state)
    if names == ["REPLY"] and len(call.values) == 1:
        separators = ""
    values = _split_line(text, separators, len(names))
    if values is None:
        return Result(replace(call.machine.forget(usable, state), status="unknown"), EMPTY)
    if ended and not text:
        # at the end of the input there is no further round
        empty = {name: Variable(EMPTY, None) for name in names}
        return Result(replace(state, variables={**state.variables, **empty}, status="failure"), EMPTY)
    for name, value in zip(names, values, strict=True):
        state = _set(call, name, value, state)
        if fed:
            found = state.variables[name]
            state = state.assign(name, replace(found, round=call.machine.new_round(found.value)))
    return Result(replace(state, status="failure" if ended else "success"), EMPTY)


def _input(call: Call, state: State) -> tuple[State, Value | None, bool, bool, list[str]]:
    """The known input, whether backslashes are plain, whether another form of reading is asked for, and the names."""
    raw = special = False
    names: list[str] = []
    skip = False
    for value in call.values[1:]:
        flat = value.flat
        if skip:
            skip = False
        elif flat.startswith("-") and len(flat) > 1 and not names:
            raw = raw or "r" in flat
            special = special or any(letter in flat for letter in "adnNtuiO")
            skip = flat[-1] in "adnNtpuiO"
        else:
            names.append(flat)
    for redirect in call.redirects:
        if redirect.operator == "<<<" and redirect.target is not None and redirect.descriptor in (None, 0):
            state, line = call.machine.words.one_value(redirect.target, state, call.source)
            return state, line, raw, special, names
    return state, None, raw, special, names


def _own_text(call: Call) -> Value | None:
    """What a redirection gives to a command, where the script itself holds it: the text of a file may change."""
    text = call.stdin
    if text is None or not inputs.redirected(call) or not text.known:
        return None
    return text if all(piece.reference is None for piece in text.pieces) else None


def _split_line(text: str, separators: str, count: int) -> list[str] | None:
    """The values of `count` variables that read one line; None for separators that are not followed."""
    blank = "".join(character for character in separators if character in BLANKS)
    other = [character for character in separators if character not in BLANKS]
    if not separators:
        return [text] + [""] * (count - 1)
    text = text.strip(blank) if blank else text
    if not other:
        values: list[str] = []
        rest = text
        while len(values) < count - 1 and rest:
            end = next((at for at, character in enumerate(rest) if character in blank), len(rest))
            values.append(rest[:end])
            rest = rest[end:].lstrip(blank)
        values.append(rest)
        return (values + [""] * count)[:count]
    if len(other) > 1 or blank:
        return None
    sign = other[0]
    parts = text.split(sign, count - 1)
    last = parts[-1]
    if len(parts) == count and last.endswith(sign) and last.count(sign) == 1:
        parts[-1] = last[:-1]
    return (parts + [""] * count)[:count]


def _set(call: Call, name: str, text: str, state: State) -> State:
    number = call.number
    value = Value.literal(text)
    call.machine.record(Assigned(number, call.site, call.calls, state, name, number, value, False))
    old = state.variables.get(name)
    return state.assign(name, Variable(value, number, old is not None and old.exported))


def mapfile(call: Call, state: State) -> Result:
    """`mapfile -t NAME <<< TEXT`, `< <(...)`, and `readarray`."""
    _stay(call, state)
    operands = [value.flat for value in call.values[1:] if not value.flat.startswith("-")]
    flags = [value.flat for value in call.values[1:] if value.flat.startswith("-")]
    name = operands[0] if operands else "MAPFILE"
    state, line, _, _, _ = _input(call, state)
    own = _own_text(call) if line is None else None
    if own is not None and own.flat:
        line = Value.literal(own.flat.removesuffix("\n"))
    if line is None or not line.known or flags != ["-t"] or len(operands) > 1 or not name.isidentifier():
        names = [operand for operand in operands if operand.isidentifier()] or [name]
        return Result(replace(call.machine.forget(names, state), status="success"), EMPTY)
    lines = tuple((str(index), Value.literal(text)) for index, text in enumerate(line.flat.split("\n")))
    number = call.number
    call.machine.record(Assigned(number, call.site, call.calls, state, name, number, line, False))
    return Result(replace(state.assign(name, Variable(lines[0][1], number, False, lines)), status="success"), EMPTY)


# options and arithmetic

_PLACE = "OPTIND place"
"""Where in a cluster such as `-abc` the next `getopts` goes on; no variable of a script has this name."""


def getopts(call: Call, state: State) -> Result:
    """`getopts OPTIONS NAME [ARGUMENT...]`: one option for each call."""
    _stay(call, state)
    values = call.values[1:]
    index_variable = state.variables.get("OPTIND")
    index_text = index_variable.value.flat if index_variable is not None else "1"
    arguments: tuple[Value, ...] | None = values[2:] if len(values) > 2 else state.positional
    known = len(values) >= 2 and values[0].known and values[1].flat.isidentifier() and index_text.isdecimal()
    # dash begins anew in a function, whose parameters are others
    moved = bool(call.machine.locals) and call.machine.dialect != "bash"
    if not known or moved or arguments is None or any(not argument.known for argument in arguments):
        names = [value.flat for value in values[1:2] if value.flat.isidentifier()]
        return Result(replace(call.machine.forget([*names, "OPTARG", "OPTIND"], state), status="unknown"), EMPTY)
    options, name = values[0].flat, values[1].flat
    silent = options.startswith(":")
    index, place = int(index_text), 1
    place_variable = state.variables.get(_PLACE)
    if place_variable is not None:
        shown, inner_index, inner_place = place_variable.value.flat.split(":")
        if shown == index_text:
            index, place = int(inner_index), int(inner_place)
    word = arguments[index - 1].flat if 1 <= index <= len(arguments) else ""
    if place == 1 and (len(word) < 2 or word[0] != "-" or word == "--"):
        index += word == "--"
        state = _set(call, name, "?", _set(call, "OPTIND", str(index), state))
        return Result(replace(state, status="failure"), EMPTY)
    letter = word[place]
    found = options.find(letter, 1 if silent else 0)
    option, argument = letter, None
    place += 1
    if found == -1 or letter == ":":
        option, argument = "?", letter if silent else None
    elif options[found + 1 : found + 2] == ":":
        if place < len(word):
            argument = word[place:]
        elif index < len(arguments):
            index += 1
            argument = arguments[index - 1].flat
        else:
            option, argument = (":" if silent else "?"), (letter if silent else None)
        place = len(word)
    if place >= len(word):
        index += 1
        place = 1
    # inside a cluster dash is already at the next argument
    shown = str(index + 1 if place > 1 and call.machine.dialect == "dash" else index)
    state = _set(call, name, option, _set(call, "OPTIND", shown, state))
    if argument is None:
        # bash unsets it, dash makes it empty
        given = {"bash": False, "dash": True, "sh": None}[call.machine.dialect]
        state = state.assign("OPTARG", Variable(EMPTY, call.number, is_set=given))
    else:
        state = _set(call, "OPTARG", argument, state)
    state = state.assign(_PLACE, Variable(Value.literal(f"{shown}:{index}:{place}"), None))
    if place > 1 and call.machine.dialect == "sh":
        return Result(replace(call.machine.forget([name, "OPTARG", "OPTIND"], state), status="unknown"), EMPTY)
    return Result(replace(state, status="success"), EMPTY)


def let(call: Call, state: State) -> Result:
    """`let EXPRESSION...`: the status is that of the last value."""
    status: Status = "unknown"
    before = call.number
    for field in call.fields[1:]:
        state, value = call.machine.words.evaluate(field.value.flat, state, call.source, field.span, True)
        status = "unknown" if value is None else ("success" if value else "failure")
    if call.number == before:
        _stay(call, state)
    return Result(replace(state, status=status), EMPTY)


def _stay(call: Call, state: State) -> None:
    call.machine.record(
        RanCommand(call.number, call.site, call.calls, state, call.values[0].flat, (), False, call.values)
    )


TABLE: dict[str, Handler] = {
    "export": declare,
    "readonly": declare,
    "local": declare,
    "declare": declare,
    "typeset": declare,
    "unset": unset,
    "shift": shift,
    "read": read,
    "mapfile": mapfile,
    "readarray": mapfile,
    "getopts": getopts,
    "let": let,
}
