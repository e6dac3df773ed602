"""What assignments make of variables: scalars, elements, whole arrays, and the attributes that change a value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from converter.machine.state import State, Variable
from converter.machine.value import EMPTY, Piece, Value, join
from converter.shell import syntax
from converter.shell.expansion import Field
from converter.source import Source, Span

if TYPE_CHECKING:
    from converter.shell.commands.call import Call
    from converter.shell.interpreter import Interpreter

Items = tuple[tuple["Value | None", Value], ...]


def assign(
    machine: Interpreter, assignment: syntax.Assignment, state: State, source: Source
) -> tuple[State, Variable, Value, bool]:
    """The variable that an assignment makes, its value as one text, and whether computing it changed nothing.

    The variable's binding is the number of the next event.
    """
    words = machine.words
    before = machine.number()
    old = state.variables.get(assignment.name)
    part = assignment.value.parts[0] if assignment.value.parts else None
    if isinstance(part, syntax.Array):
        state, items = words.array_items(part, state, source)
        text = join([value for _, value in items]) if items is not None else EMPTY
        start = old if assignment.append else None
        state, variable = array(machine, assignment.name, items, old, start, state, source, part.span)
    elif assignment.index is not None:
        state, text = words.assignment_value(assignment.value, state, source)
        state, key = words.one_value(assignment.index, state, source)
        state, variable = element(machine, assignment, key, text, old, state, source)
    else:
        state, text, _ = words.assigned_value(assignment, state, source)
        if assignment.append and old is not None and "i" in old.attributes:
            state, more = words.one_value(assignment.value, state, source)
            text = join((old.value, Value.literal("+("), more, Value.literal(")")))
        state, variable = scalar(machine, assignment.name, text, old, state, source, assignment.span)
    number = machine.number()
    return state, replace(variable, binding=number), variable.value if not variable.items else text, number == before


def scalar(
    machine: Interpreter, name: str, value: Value, old: Variable | None, state: State, source: Source, span: Span
) -> tuple[State, Variable]:
    """A variable with that value, changed as its attributes say; of an array it is element 0."""
    if old is None:
        return state, Variable(value, None)
    if old.choices:
        return state, unknown_array(machine, name, old.exported, old.attributes)
    state, value = attributed(machine, name, value, old.attributes, state, source, span)
    items = old.items
    if items is not None:
        kept = dict(items)
        kept["0"] = value
        items = ordered(kept, old.attributes)
    return state, replace(old, value=value, items=items, is_set=True)


def attributed(
    machine: Interpreter, name: str, value: Value, attributes: str, state: State, source: Source, span: Span
) -> tuple[State, Value]:
    """The value that a variable with these attributes of `declare` takes on."""
    if not set(attributes) & set("ilur"):
        return state, value
    if "i" in attributes and "r" not in attributes:
        state, number = machine.words.evaluate(value.flat, state, source, span)
        if number is not None:
            return state, Value.literal(str(number))
    elif "r" not in attributes and value.known and value.flat.isascii():
        return state, Value.literal(value.flat.lower() if "l" in attributes else value.flat.upper())
    token = machine.run.unknowns.token(
        ("attribute", machine.fresh()), f"${name}", "an attribute changes it", single=True
    )
    return state, Value((Piece(token),))


def ordered(items: dict[str, Value], attributes: str) -> tuple[tuple[str, Value], ...]:
    """The elements in the order of their subscripts; those of an associative array as they were set."""
    if "A" in attributes:
        return tuple(items.items())
    return tuple(sorted(items.items(), key=lambda item: int(item[0])))


def array(
    machine: Interpreter,
    name: str,
    items: Items | None,
    old: Variable | None,
    start: Variable | None,
    state: State,
    source: Source,
    span: Span,
) -> tuple[State, Variable]:
    """The variable that `name=(...)` makes; `start` is the array that `+=` goes on with."""
    attributes = old.attributes if old is not None else ""
    exported = old is not None and old.exported
    kept: dict[str, Value] = {}
    if start is not None:
        if start.is_set is None or (start.items is None and not start.value.known):
            items = None
        elif start.items is not None:
            kept = dict(start.items)
        elif start.is_set:
            kept = {"0": start.value}
    following = int(list(kept)[-1]) + 1 if kept and "A" not in attributes else 0
    for key, value in items or ():
        if key is None:
            text = str(following)
        elif "A" in attributes:
            text = key.flat
        else:
            state, number = machine.words.evaluate(key.flat, state, source, span)
            if number is None or number < 0:
                items = None
                break
            text = str(number)
        state, changed = attributed(machine, name, value, attributes, state, source, span)
        kept[text] = changed
        if "A" not in attributes:
            following = int(text) + 1
    if items is None or ("A" in attributes and any(key is None or not key.known for key, _ in items)):
        return state, unknown_array(machine, name, exported, attributes)
    found = ordered(kept, attributes)
    return state, Variable(dict(found).get("0", EMPTY), None, exported, found, True, attributes)


def unknown_array(machine: Interpreter, name: str, exported: bool, attributes: str) -> Variable:
    """An array of which not even the number of elements is known."""
    token = machine.run.unknowns.token(("array", machine.fresh()), f"${name}", "its elements are not known")
    return Variable(Value((Piece(token),)), None, exported, None, None, attributes)


def element(
    machine: Interpreter,
    assignment: syntax.Assignment,
    key: Value,
    value: Value,
    old: Variable | None,
    state: State,
    source: Source,
) -> tuple[State, Variable]:
    """The variable after `name[key]=value`."""
    attributes = old.attributes if old is not None else ""
    if old is None or old.is_set is None:
        # it may come from outside with a value of its own
        known: dict[str, Value] | None = {} if old is None else None
    elif old.items is not None:
        known = dict(old.items)
    else:
        known = {"0": old.value} if old.is_set else {}
    text = key.flat
    number: int | None = None
    if "A" not in attributes:
        state, number = machine.words.evaluate(text, state, source, assignment.span)
        if number is not None and number < 0 and known:
            number += int(list(known)[-1]) + 1
        text = str(number)
    if (
        known is None
        or ("A" in attributes and not key.known)
        or ("A" not in attributes and (number is None or number < 0))
    ):
        return state, unknown_array(machine, assignment.name, old is not None and old.exported, attributes)
    before = known.get(text, EMPTY)
    state, new = attributed(
        machine, assignment.name, join((before, value)) if assignment.append else value, attributes, state, source,
        assignment.span,
    )  # fmt: skip
    known[text] = new
    items = ordered(known, attributes)
    start = old if old is not None else Variable(EMPTY, None)
    return state, replace(start, value=dict(items).get("0", EMPTY), items=items, is_set=True)


def declared_field(machine: Interpreter, word: syntax.Word, state: State, source: Source) -> tuple[State, Field]:
    """A word `name=value` of `export`, `declare` and their kin: it is not split."""
    head, rest = word.parts[0], word.parts[1:]
    assert isinstance(head, syntax.Text)
    name = Value.literal(head.text)
    if len(rest) == 1 and isinstance(rest[0], syntax.Array):
        state, items = machine.words.array_items(rest[0], state, source)
        if items is not None:
            return state, Field(join((name, *(value for _, value in items))), word.span, items=items)
        token = machine.run.unknowns.token(("array", machine.fresh()), source.slice(word.span), "it is an array")
        return state, Field(join((name, Value((Piece(token),)))), word.span)
    span = Span(head.span.end, word.span.end)
    if "=" in head.text and head.text.endswith("="):
        state, value = machine.words.assignment_value(syntax.Word(span, rest), state, source)
    else:
        # the word is not read as an assignment by the grammar: what stands behind the sign is in the first part
        state, value = machine.words.one_value(syntax.Word(span, rest), state, source)
    bare = any(
        not isinstance(part, (syntax.Text, syntax.Array)) and not part.quoted
        for part in rest
        if hasattr(part, "quoted")
    )
    if bare and machine.dialect != "bash" and any(blank in value.flat for blank in " \t\n*?["):
        # dash splits it before 0.5.11, and not since
        token = machine.run.unknowns.token(("split", value.flat), source.slice(span), "shells called `sh` differ in it")
        value = Value((Piece(token),))
    return state, Field(join((name, value)), word.span)


def positional_after(call: Call, fields: Sequence[Field], state: State) -> State:
    """The state with these positional parameters; where one of them may be several, their number is not known."""
    if any(field.splits or field.pattern for field in fields):
        return replace(state, positional=None, series=call.machine.fresh())
    return replace(state, positional=tuple(field.value for field in fields), series=0)
