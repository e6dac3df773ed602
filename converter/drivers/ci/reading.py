"""What readers of YAML have in common: lists of commands as scripts, variables, expressions."""

from __future__ import annotations

from collections.abc import Mapping

from converter.drivers.ci.document import Node, Scalar, Sequence, Table, item_lines, pair_lines, pairs, text
from converter.drivers.ci.model import Script, Slot
from converter.drivers.ci.scalars import read_scalar
from converter.source import Source, Span


def pair_of(node: Node | None, name: str) -> tuple[Node, Node] | None:
    """The key and the value of a mapping, merged ones too."""
    if not isinstance(node, Table):
        return None
    found = pairs(node).get(name)
    for key, value in node.pairs:
        if value is found:
            return key, value
    return (Scalar("", Span(0, 0), name), found) if found is not None else None


def slot_of(source: Source, key: Node, value: Node, default: bool = False) -> Slot:
    """The slot of a key whose value is a script or a list of scripts."""
    lines = pair_lines(source.text, key, value) if key.span != Span(0, 0) else None
    if isinstance(value, Scalar):
        # without a list there is no item to leave in its place
        return Slot(source, value.span, lines, default)
    return Slot(source, value.span, lines, default)


def scripts_of(source: Source, pair: tuple[Node, Node] | None, default: bool = False) -> tuple[Script, ...]:
    """The scripts of a key whose value is one command or a list of them, lists in lists flattened."""
    if pair is None:
        return ()
    key, value = pair
    slot = slot_of(source, key, value, default)
    if isinstance(value, Scalar):
        if text(value) is None:
            return ()
        lines = slot.gone or value.span
        return (script(source, value, value, lines, slot, fixed=""),)
    found: list[Script] = []
    _collect(source, value, slot, found)
    return tuple(found)


def _collect(source: Source, value: Node, slot: Slot, found: list[Script]) -> None:
    if not isinstance(value, Sequence):
        return
    for item in value.items:
        if isinstance(item, Sequence):
            plain = all(isinstance(one, Scalar) for one in item.items)
            inner = Slot(source, item.span, None, default=True, whole=plain)
            _collect(source, item, inner, found)
        elif isinstance(item, Scalar) and text(item) is not None:
            lines = None if value.flow else item_lines(source.text, item)
            fixed = "" if value.flow or lines is not None else "this item shares its line with something else"
            if value.span.start > item.span.start or item.span.end > value.span.end:
                fixed = "this item is an alias of another one"
            found.append(script(source, item, item, lines or item.span, slot, value.flow, fixed))


def script(
    source: Source, scalar: Scalar, element: Node, lines: Span, slot: Slot, flow: bool = False, fixed: str = ""
) -> Script:
    """The script of a scalar; `element` is what goes with it."""
    style, segments = read_scalar(source.text, scalar.span, scalar.value)
    indent = ""
    if style == "literal":
        first = next((s for s in segments if s.text), None)
        start = first.span.start if first is not None else scalar.span.start
        indent = source.text[source.text.rfind("\n", 0, start) + 1 : start]
    return Script(source, scalar.span, tuple(segments), style, indent, element.span, lines, slot, flow, fixed)


def variables(node: Node | None) -> dict[str, str]:
    """A mapping of names to values, as strings; `NAME: {value: ...}` counts too, everything else is left out."""
    found: dict[str, str] = {}
    for name, value in pairs(node).items():
        inner = pairs(value).get("value") if isinstance(value, Table) else value
        known = text(inner)
        if known is not None:
            found[name] = known
    return found


def merged(*layers: Mapping[str, str]) -> dict[str, str]:
    """Variables of several levels, the later ones first in rank."""
    found: dict[str, str] = {}
    for layer in layers:
        found.update(layer)
    return found
