"""`$name` and `${...}`: what parameters, arrays and the operators on them give.

POSIX shell command language, 2.5.1, 2.5.2 and 2.6.2; bash's manual, 3.5.3. A variable that the script does not set
comes from outside: whether it is set is not known, and `${X:-1}` is then an unknown with that very expression.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from converter.diagnostics import refuse
from converter.machine.state import State, Variable
from converter.machine.value import EMPTY, TOKEN_END, TOKEN_START, Piece, Reference, Value, join
from converter.shell import patterns, syntax
from converter.shell.expansion import BLANKS, Segment, Segments, joined
from converter.source import Source

if TYPE_CHECKING:
    from converter.shell.expander import Expander

DEFAULTS = frozenset(("-", ":-", "=", ":=", "?", ":?", "+", ":+"))
TRIMS = frozenset(("#", "##", "%", "%%"))
REPLACEMENTS = frozenset(("/", "//", "/#", "/%"))
CASES = frozenset(("^", "^^", ",", ",,"))

MAX_VALUE = 100_000


class _Look(Struct, frozen=True):
    """What one expansion works with."""

    expander: Expander
    part: syntax.Parameter
    state: State
    source: Source

    def reference(self, variable: Variable | None, plain: bool = False) -> Reference:
        part = self.part
        # an operand may change as well, so that the variable alone does not tell where the value came from
        alone = part.operand is None or all(isinstance(inner, syntax.Text) for inner in part.operand.parts)
        return Reference(
            self.source.expression(part.expression, part.span),
            part.name if plain else None,
            part.quoted,
            self.source,
            part.span,
            variable.binding if variable is not None and alone else None,
            variable.round if variable is not None and alone else None,
        )

    def one(self, value: Value) -> Segments:
        return [Segment(value, self.part.quoted, not self.part.quoted)]

    def text(self, text: str, variable: Variable | None) -> Segments:
        """A result that stands for the whole expression."""
        return self.one(Value((Piece(text, self.reference(variable)),)))

    def unknown(self, variable: Variable | None, *dependencies: object) -> Segments:
        """A result that is not known: equal under equal dependencies."""
        part = self.part
        key = ("operation", part.name, part.operation, *dependencies)
        why = f"the value of ${part.name} is not known"
        return self.text(self.expander.machine.run.unknowns.token(key, part.expression, why), variable)


class _Items(Struct, frozen=True):
    """The elements of `$@` or an array, with their subscripts."""

    entries: tuple[tuple[str, Value], ...]
    star: bool
    positional: bool

    @property
    def values(self) -> list[Value]:
        return [value for _, value in self.entries]


def parameter(expander: Expander, part: syntax.Parameter, state: State, source: Source) -> tuple[State, Segments]:
    """The segments of one parameter expansion, and the state afterwards (`:=` sets the variable)."""
    look = _Look(expander, part, state, source)
    if part.name == "BASH_SOURCE" and expander.machine.dialect != "dash":
        return _source_path(look)
    if part.indirect:
        return _indirect(look)
    if part.name in ("@", "*"):
        entries = None
        if state.positional is not None:
            entries = tuple((str(index + 1), value) for index, value in enumerate(state.positional))
        return _many(look, entries, None, part.name == "*", True)
    variable, name = expander.variable(part.name, state)
    expander.note_read(name, variable, source, part.span)
    if part.index is not None:
        return _subscripted(look, variable)
    if variable is not None and variable.items is not None:
        # without a subscript it is element 0
        variable = replace(variable, is_set=any(key == "0" for key, _ in variable.items))
    if (
        variable is not None
        and variable.is_set is False
        and "nounset" in state.options
        and part.operator not in DEFAULTS
    ):
        raise refuse(
            "STG302",
            f"the script ends here: `{part.name}` is not set, and `set -u` holds",
            source,
            part.span,
            "give it a value, or a default as in `${NAME-}`",
        )
    if part.length:
        return state, _length(look, variable)
    if not part.operator:
        return state, _plain(look, variable)
    return _operated(look, variable, _value(look, variable))


def _plain(look: _Look, variable: Variable | None) -> Segments:
    part = look.part
    if variable is not None:
        if part.name.isdigit() and part.name != "0" and look.expander.machine.locals:
            # a function's own parameter: its value is what the call wrote there
            return look.one(variable.value)
        return look.one(Value((Piece(variable.value.flat, look.reference(variable, True)),)))
    return look.one(Value((Piece(_outside(look).flat, look.reference(None, True)),)))


def _outside(look: _Look) -> Value:
    """The value of a parameter that the script does not set."""
    from converter.shell.expander import CHANGING

    name = look.part.name
    machine = look.expander.machine
    key: tuple[object, ...] = ("outside", name)
    if name in CHANGING or name == "?":
        key = ("outside", name, machine.fresh())
    elif look.state.series and (name.isdigit() or name in "#@*"):
        key = ("outside", name, look.state.series)
    number = name in ("?", "#", "$", "!", "RANDOM", "SECONDS", "LINENO", "UID", "EUID", "PPID")
    token = machine.run.unknowns.token(key, f"${name}", f"${name} comes from outside the script", single=number)
    return Value((Piece(token),))


def _value(look: _Look, variable: Variable | None) -> Value:
    return variable.value if variable is not None else _outside(look)


def _source_path(look: _Look) -> tuple[State, Segments]:
    from converter.shell.expander import absolute

    part = look.part
    if part.index is not None and part.index.parts:
        first = part.index.parts[0]
        if not isinstance(first, syntax.Text) or first.text not in ("0", "@", "*"):
            return look.state, look.unknown(None, look.expander.machine.fresh())
    value = absolute(look.source.path)
    if not part.operator and not part.length:
        return look.state, look.one(value)
    return _operated(look, Variable(value, None), value)


def _length(look: _Look, variable: Variable | None) -> Segments:
    value = _value(look, variable)
    if variable is None or variable.is_set is None or not value.known or not value.flat.isascii():
        return look.unknown(variable, value.flat)
    return look.text(str(len(value.flat)), variable)


def _indirect(look: _Look) -> tuple[State, Segments]:
    """`${!name}`, `${!prefix*}` and `${!array[@]}`."""
    part, state = look.part, look.state
    if part.operator in ("*", "@") and part.index is None and part.operand is None:
        return state, look.unknown(None, look.expander.machine.fresh())
    variable, name = look.expander.variable(part.name, state)
    look.expander.note_read(name, variable, look.source, part.span)
    if part.index is not None:
        sign = part.index.parts[0] if len(part.index.parts) == 1 else None
        known = variable is not None and variable.is_set is not None
        if isinstance(sign, syntax.Text) and sign.text in ("@", "*") and known and not part.operator:
            assert variable is not None
            keys = tuple((key, Value.literal(key)) for key, _ in _elements(variable))
            return _listed(look, _Items(keys, sign.text == "*", False))
        return state, look.unknown(variable, look.expander.machine.fresh())
    if (
        variable is None
        or not variable.value.known
        or not (variable.value.flat.isidentifier() or variable.value.flat.isdigit())
    ):
        return state, look.unknown(variable, variable.value.flat if variable else None, look.expander.machine.fresh())
    target = variable.value.flat
    # the expression stays `${!name}`; its value depends on two variables
    inner = replace(part, name=target, indirect=False)
    return parameter(look.expander, inner, state, look.source)


# arrays and positional parameters


def _elements(variable: Variable) -> tuple[tuple[str, Value], ...]:
    if variable.items is not None:
        return variable.items
    return (("0", variable.value),) if variable.is_set else ()


def _subscripted(look: _Look, variable: Variable | None) -> tuple[State, Segments]:
    part, state = look.part, look.state
    index = part.index
    assert index is not None
    sign = index.parts[0] if len(index.parts) == 1 else None
    if isinstance(sign, syntax.Text) and not sign.quoted and sign.text in ("@", "*"):
        known = (
            variable is not None and variable.is_set is not None and (variable.items is not None or _scalar(variable))
        )
        return _many(look, _elements(variable) if variable and known else None, variable, sign.text == "*", False)
    state, key_value = look.expander.one_value(index, state, look.source)
    key = key_value.flat
    if variable is None or variable.is_set is None:
        return state, _under(look, state).unknown(variable, key, _value(look, variable).flat)
    if "A" not in variable.attributes:
        state, number = look.expander.evaluate(key, state, look.source, part.span)
        look = _under(look, state)
        if number is not None and number < 0 and variable.items:
            number += int(variable.items[-1][0]) + 1
        if number is None or (number < 0):
            return state, look.unknown(variable, key, tuple((name, value.flat) for name, value in _elements(variable)))
        key = str(number)
    look = _under(look, state)
    found = dict(_elements(variable)).get(key)
    if not key_value.known and found is None:
        return state, look.unknown(variable, key, tuple((name, value.flat) for name, value in _elements(variable)))
    element = replace(variable, value=found if found is not None else EMPTY, is_set=found is not None, items=None)
    if part.length:
        return state, _length(look, element)
    if not part.operator:
        return state, look.text(element.value.flat, variable)
    return _operated(look, element, element.value)


def _scalar(variable: Variable) -> bool:
    """Whether a variable that is no array has a value that is known to be one element."""
    return variable.items is None and (variable.binding is None or variable.value.known)


def _under(look: _Look, state: State) -> _Look:
    """The same expansion under a later state."""
    return _Look(look.expander, look.part, state, look.source)


def _many(
    look: _Look, entries: tuple[tuple[str, Value], ...] | None, variable: Variable | None, star: bool, positional: bool
) -> tuple[State, Segments]:
    """`$@`, `${a[@]}` and what operators make of each element."""
    part, state = look.part, look.state
    if entries is None:
        value = _outside(look) if positional else _value(look, variable)
        key = look.state.series if positional else value.flat
        if positional and not part.operator and not part.length:
            token = value.flat
            result = Value((Piece(token, look.reference(None, True)),))
            return state, [Segment(result, part.quoted and star, not (part.quoted and star))]
        segments = look.unknown(variable, key)
        # even in quotes it may be several fields
        return state, [Segment(s.value, s.quoted and star, not (s.quoted and star)) for s in segments if s is not None]
    items = _Items(entries, star, positional)
    if part.length:
        return state, look.text(str(len(entries)), variable)
    operator = part.operator
    if not operator:
        return _listed(look, items, variable)
    if operator in DEFAULTS:
        chosen = any(value.pieces for value in items.values) if operator.startswith(":") else bool(entries)
        if len(entries) > 1 and operator.startswith(":"):
            # `${@:-x}` looks at the parameters as one text
            chosen = True
        if operator[-1] == "+":
            return _operand(look, variable) if chosen else (state, [] if not part.quoted else look.one(EMPTY))
        if chosen:
            return _listed(look, items, variable)
        if operator[-1] == "-":
            return _operand(look, variable)
        return state, look.unknown(variable, look.expander.machine.fresh())
    if operator == ":":
        return _sliced_items(look, items, variable)
    changed: list[tuple[str, Value]] = []
    for key_text, value in entries:
        inner = replace(part, quoted=True)
        one = _Look(look.expander, inner, state, look.source)
        state, segments = _operated(one, Variable(value, variable.binding if variable else None), value)
        changed.append((key_text, joined(segments)))
    return _listed(_under(look, state), _Items(tuple(changed), star, positional), variable)


def _listed(look: _Look, items: _Items, variable: Variable | None = None) -> tuple[State, Segments]:
    """The elements as fields, or joined by the first character of IFS for a quoted `*`."""
    part, state = look.part, look.state
    values = [_element(look, value, variable, items.positional) for value in items.values]
    if part.quoted and items.star:
        separators = look.expander.separators(state)
        between = Value.literal(separators[:1])
        spaced = [piece for value in values for piece in (between, value)][1:]
        return state, [Segment(join(spaced), True, False)]
    if not part.quoted and look.expander.separators(state) != BLANKS:
        # shells are at odds about empty elements where IFS is not the default
        parts = (state.series, look.expander.machine.fresh())
        return state, [Segment(s.value, False, True) for s in look.unknown(variable, *parts) if s is not None]
    segments: Segments = []
    for index, value in enumerate(values):
        if index:
            segments.append(None)
        segments.append(Segment(value, part.quoted, not part.quoted))
    return state, segments


def _element(look: _Look, value: Value, variable: Variable | None, positional: bool) -> Value:
    """An element keeps the references that it was made of; its literal text is the array's."""
    if positional:
        return value
    part = look.part
    own = Reference("", None, part.quoted, look.source, part.span, variable.binding if variable else None)
    return Value(tuple(piece if piece.reference else Piece(piece.text, own) for piece in value.pieces))


def _sliced_items(look: _Look, items: _Items, variable: Variable | None) -> tuple[State, Segments]:
    state, offset, length = _bounds(look)
    look = _under(look, state)
    if offset is None or (look.part.second is not None and length is None) or (length is not None and length < 0):
        return state, look.unknown(variable, look.expander.machine.fresh())
    entries = items.entries
    if items.positional:
        from converter.shell.expander import absolute

        entries = (("0", absolute(look.expander.machine.script_path)), *entries)
        if offset < 0:
            offset += len(entries)
            if offset < 0:
                return state, []
        entries = tuple(entry for entry in entries if int(entry[0]) >= offset)
    elif variable is not None and "A" in variable.attributes:
        return state, look.unknown(variable, look.expander.machine.fresh())
    else:
        if offset < 0 and entries:
            offset += int(entries[-1][0]) + 1
            if offset < 0:
                return state, []
        entries = tuple(entry for entry in entries if int(entry[0]) >= offset)
    return _listed(look, _Items(entries[:length], items.star, items.positional), variable)


def _bounds(look: _Look) -> tuple[State, int | None, int | None]:
    part, expander, source = look.part, look.expander, look.source
    assert part.operand is not None
    state, text = expander.one_value(part.operand, look.state, source)
    state, offset = expander.evaluate(text.flat, state, source, part.span)
    length = None
    if part.second is not None:
        state, text = expander.one_value(part.second, state, source)
        state, length = expander.evaluate(text.flat, state, source, part.span)
    return state, offset, length


# operators


def _operand(look: _Look, variable: Variable | None) -> tuple[State, Segments]:
    """The word behind `-`, `+` and their kin, as the result of the expansion."""
    part = look.part
    operand = part.operand
    assert operand is not None
    state, segments = look.expander.parts(operand.parts, look.state, look.source, not part.quoted)
    if not part.quoted and operand.parts:
        first = operand.parts[0]
        if isinstance(first, syntax.Text) and not first.quoted and first.text.startswith("~"):
            return state, _under(look, state).unknown(variable, "~")
    whole = [segment for segment in segments if segment is not None]
    if part.quoted and len(whole) == len(segments):
        return state, look.text(joined(segments).flat, variable)
    if len(whole) == len(segments) and all(segment.split and not segment.quoted for segment in whole):
        return state, look.text(joined(segments).flat, variable) if whole else []
    # several kinds of quoting, or several fields: no part of it is the whole expression
    own = look.reference(variable)
    cut = Reference("", None, own.quoted, own.source, own.span, own.binding)
    return state, [
        None if s is None else Segment(Value(tuple(Piece(p.text, cut) for p in s.value.pieces)), s.quoted, s.split)
        for s in segments
    ]


def _operated(look: _Look, variable: Variable | None, value: Value) -> tuple[State, Segments]:
    """The result of an operator on one value."""
    operator = look.part.operator
    if operator in DEFAULTS:
        return _defaulted(look, variable, value)
    set_known = variable is not None and variable.is_set is not None
    if not set_known and operator not in TRIMS:
        return _unfollowed(look, variable, value)
    if variable is not None and variable.is_set is False:
        return look.state, look.text("", variable) if operator != "@" else look.unknown(variable)
    if operator in TRIMS:
        return _trimmed(look, variable, value)
    if operator == "@" or not value.known or not value.flat.isascii() or len(value.flat) > MAX_VALUE:
        return _unfollowed(look, variable, value)
    if operator in REPLACEMENTS:
        return _replaced(look, variable, value)
    if operator in CASES:
        return _cased(look, variable, value)
    return _sliced(look, variable, value)


def _unfollowed(look: _Look, variable: Variable | None, value: Value) -> tuple[State, Segments]:
    """An operator on what is not known: the result depends on the value and the operands."""
    state = look.state
    depends: list[str] = [value.flat]
    for operand in (look.part.operand, look.part.second):
        if operand is not None:
            state, text = look.expander.one_value(operand, state, look.source)
            depends.append(text.flat)
    return state, _under(look, state).unknown(variable, *depends)


def _defaulted(look: _Look, variable: Variable | None, value: Value) -> tuple[State, Segments]:
    part, state = look.part, look.state
    colon = part.operator.startswith(":")
    operator = part.operator[-1]
    chosen = _is_given(look, variable, value, colon)
    if chosen is None and operator == "?":
        # the script ends here unless it is set, and a script that ends early has no image
        chosen = True
    if chosen is None:
        state, segments = _unfollowed(look, variable, value)
        if operator == "=" and part.index is None:
            state = look.expander.set_variable(part.name, joined(segments), state)
        return state, segments
    if operator == "+":
        if chosen:
            return _operand(look, variable)
        return state, look.text("", variable)
    if chosen:
        return state, look.text(value.flat, variable)
    if operator == "?":
        state, message = look.expander.one_value(part.operand or syntax.Word(part.span, ()), state, look.source)
        shown = look.expander.machine.run.unknowns.show(message.flat)
        raise refuse(
            "STG302",
            f"the script ends here: `{part.name}` is not set" + (f" ({shown})" if shown else ""),
            look.source,
            part.span,
            f"give the variable a value, in the script or with `--env {part.name}=VALUE`",
        )
    state, segments = _operand(look, variable)
    if operator == "=":
        if part.index is not None or not part.name.isidentifier():
            return state, _under(look, state).unknown(variable, look.expander.machine.fresh())
        state = look.expander.set_variable(part.name, joined(segments), state)
        return state, look.one(Value(joined(segments).pieces))
    return state, segments


def _is_given(look: _Look, variable: Variable | None, value: Value, colon: bool) -> bool | None:
    """Whether `${x-y}` finds x set, or `${x:-y}` finds it set and not empty."""
    if variable is None:
        # `$?`, `$#` and `$$` always have a value
        return True if look.part.name in ("?", "#", "$") else None
    if variable.is_set is not True:
        return variable.is_set
    if not colon:
        return True
    flat = value.flat
    if value.known:
        return bool(flat)
    unknowns = look.expander.machine.run.unknowns
    return True if _known_text(flat) or any(u.single for u in unknowns.tokens_in(flat)) else None


def _known_text(flat: str) -> str:
    """What of a flat value is known, one behind the other."""
    kept: list[str] = []
    position = 0
    while position < len(flat):
        start = flat.find(TOKEN_START, position)
        if start == -1:
            kept.append(flat[position:])
            break
        kept.append(flat[position:start])
        position = flat.index(TOKEN_END, start) + 1
    return "".join(kept)


def _pattern(look: _Look, operand: syntax.Word | None) -> tuple[State, patterns.Atoms | None, str]:
    """The pattern that an operand stands for, and the text that it depends on."""
    if operand is None:
        return look.state, (), ""
    state, segments = look.expander.parts(operand.parts, look.state, look.source, False)
    pieces = [(" ", True) if s is None else (s.value.flat, s.quoted) for s in segments]
    text = "".join(piece for piece, _ in pieces)
    first = operand.parts[0] if operand.parts else None
    tilde = isinstance(first, syntax.Text) and not first.quoted and first.text.startswith("~")
    if TOKEN_START in text or tilde:
        return state, None, text
    return state, patterns.atoms(pieces), text


def _trimmed(look: _Look, variable: Variable | None, value: Value) -> tuple[State, Segments]:
    operator = look.part.operator
    state, pattern, text = _pattern(look, look.part.operand)
    look = _under(look, state)
    flat = value.flat
    suffix, longest = operator[0] == "%", len(operator) == 2
    if pattern is None or len(flat) > patterns.MAX_LENGTH:
        return state, look.unknown(variable, flat, text)
    if not pattern:
        return state, look.text(flat, variable)
    if value.known:
        return state, look.text(patterns.trim(flat, pattern, suffix, longest), variable)
    head, tail = flat[: flat.index(TOKEN_START)], flat[flat.rindex(TOKEN_END) + 1 :]
    result = patterns.trim_unknown(head, tail, flat, pattern, suffix, longest)
    return state, look.unknown(variable, flat, text) if result is None else look.text(result, variable)


def _replaced(look: _Look, variable: Variable | None, value: Value) -> tuple[State, Segments]:
    part = look.part
    state, pattern, text = _pattern(look, part.operand)
    look = _under(look, state)
    replacement: Segments = []
    if part.second is not None:
        state, replacement = look.expander.parts(part.second.parts, state, look.source, False)
        look = _under(look, state)
    new = joined(replacement)
    # bash 5.2 puts the match in place of an unquoted `&`, earlier ones do not
    ampersand = any(
        s is not None and not s.quoted and ("&" in s.value.flat or "\\" in s.value.flat) for s in replacement
    )
    odd = part.second is not None and part.quoted and any("'" in look.source.slice(p.span) for p in part.second.parts)
    if pattern is None or not new.known or ampersand or odd or len(value.flat) > patterns.MAX_LENGTH:
        return state, look.unknown(variable, value.flat, text, new.flat)
    result = patterns.substitute(value.flat, pattern, new.flat, part.operator)
    if result is None:
        return state, look.unknown(variable, value.flat, text, new.flat)
    return state, look.text(result, variable)


def _cased(look: _Look, variable: Variable | None, value: Value) -> tuple[State, Segments]:
    operator = look.part.operator
    state, pattern, text = _pattern(look, look.part.operand)
    look = _under(look, state)
    if pattern is None:
        return state, look.unknown(variable, value.flat, text)
    flat = value.flat
    end = len(flat) if len(operator) == 2 else 1
    change = str.upper if operator[0] == "^" else str.lower
    changed = "".join(change(c) if not pattern or patterns.matches(pattern, c) else c for c in flat[:end])
    return state, look.text(changed + flat[end:], variable)


def _sliced(look: _Look, variable: Variable | None, value: Value) -> tuple[State, Segments]:
    state, offset, length = _bounds(look)
    look = _under(look, state)
    flat = value.flat
    if offset is None or (look.part.second is not None and length is None):
        return state, look.unknown(variable, flat, look.expander.machine.fresh())
    start = offset + len(flat) if offset < 0 else offset
    if start < 0 or start > len(flat):
        return state, look.text("", variable)
    if length is None:
        return state, look.text(flat[start:], variable)
    end = len(flat) + length if length < 0 else start + length
    if end < start:
        # bash reports an error
        return state, look.unknown(variable, flat, look.expander.machine.fresh())
    return state, look.text(flat[start:end], variable)
