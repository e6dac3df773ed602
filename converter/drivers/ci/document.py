"""YAML and JSON files as nodes with spans. The library is imported when the first one is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from converter.diagnostics import refuse
from converter.source import Source, Span

MERGE = "tag:yaml.org,2002:merge"

Plain = str | tuple[Any, ...]
"""A node's tag and contents, without the places: what two documents are compared by."""


class Scalar(Struct, frozen=True):
    """A string, number or the like; `span` has its quotes, or the `|` of a block."""

    tag: str
    span: Span
    value: str


class Sequence(Struct, frozen=True):
    """`flow` is `[a, b]`."""

    tag: str
    span: Span
    items: tuple[Node, ...]
    flow: bool


class Table(Struct, frozen=True):
    """A mapping: the pairs as they stand there; `pairs` gives the merged ones too."""

    tag: str
    span: Span
    pairs: tuple[tuple[Node, Node], ...]
    flow: bool


Node = Scalar | Sequence | Table


def read_document(source: Source) -> list[Node]:
    """The documents of a file. Raises `Refusal` for what is no YAML."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        composed = list(YAML(typ="safe", pure=True).compose_all(source.text.removeprefix("\ufeff")))
    except (YAMLError, ValueError, RecursionError) as error:
        mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
        place = min(mark.index, len(source.text)) if mark is not None else 0
        problem = error.problem if isinstance(error, MarkedYAMLError) and error.problem else "it is no YAML"
        raise refuse("STG301", f"the file cannot be read: {problem}", source, Span(place, place)) from None
    shift = 1 if source.text.startswith("\ufeff") else 0
    return [_node(node, shift, {}) for node in composed if node is not None]


def _node(node: Any, shift: int, known: dict[int, Node]) -> Node:
    """The library's node as one of ours; an alias is the node that it stands for."""
    if id(node) in known:
        return known[id(node)]
    span = Span(node.start_mark.index + shift, node.end_mark.index + shift)
    tag, kind = str(node.tag), type(node).__name__
    made: Node
    if kind == "SequenceNode":
        items = tuple(_node(item, shift, known) for item in node.value)
        made = Sequence(tag, span, items, bool(node.flow_style))
    elif kind == "MappingNode":
        pairs = tuple((_node(key, shift, known), _node(value, shift, known)) for key, value in node.value)
        made = Table(tag, span, pairs, bool(node.flow_style))
    else:
        made = Scalar(tag, span, node.value)
    known[id(node)] = made
    return made


def pairs(node: Node | None) -> dict[str, Node]:
    """The values of a mapping by key, with those that `<<` merges in; empty for any other node."""
    found: dict[str, Node] = {}
    if not isinstance(node, Table):
        return found
    for key, value in node.pairs:
        if isinstance(key, Scalar) and key.tag == MERGE:
            for merged in value.items if isinstance(value, Sequence) else (value,):
                for name, inner in pairs(merged).items():
                    found.setdefault(name, inner)
    for key, value in node.pairs:
        if isinstance(key, Scalar) and key.tag != MERGE:
            found[key.value] = value
    return found


def get(node: Node | None, *keys: str) -> Node | None:
    """The value below several keys, None where one is missing."""
    for key in keys:
        node = pairs(node).get(key)
    return node


def text(node: Node | None) -> str | None:
    """The value of a scalar, None for anything else and for null."""
    return node.value if isinstance(node, Scalar) and not node.tag.endswith(":null") else None


def items(node: Node | None) -> tuple[Node, ...]:
    """The items of a sequence; a single value is one."""
    if node is None:
        return ()
    return node.items if isinstance(node, Sequence) else (node,)


def scalars(node: Node | None) -> Iterator[Scalar]:
    """Every scalar below a node, keys left out."""
    if isinstance(node, Scalar):
        yield node
    elif isinstance(node, Sequence):
        for item in node.items:
            yield from scalars(item)
    elif isinstance(node, Table):
        for _, value in node.pairs:
            yield from scalars(value)


def plain(node: Node, changed: Mapping[Span, str], gone: frozenset[Span], empty: frozenset[Span]) -> Plain | None:
    """What a document says after an intended change: None for a part that is gone.

    `changed` gives the new values of scalars, `gone` the items and the values of keys that are taken out, `empty` the
    sequences of which one item `true` is left.
    """
    if node.span in gone:
        return None
    if node.span in empty:
        return ("seq", "true") if isinstance(node, Sequence) else "true"
    if isinstance(node, Scalar):
        return changed.get(node.span, node.value)
    if isinstance(node, Sequence):
        inner = (plain(item, changed, gone, empty) for item in node.items)
        return ("seq", *(item for item in inner if item is not None))
    found: list[Plain] = []
    for key, value in node.pairs:
        made = plain(value, changed, gone, empty)
        if made is not None:
            name = plain(key, changed, gone, empty)
            assert name is not None
            found.append((name, made))
    return ("map", *found)


def content_end(text: str, node: Node) -> int:
    """Where the last character of a node stands that is no blank; a collection's own end lies behind the comments below it."""
    if isinstance(node, Scalar) or node.flow or not _children(node):
        return max(node.span.start, len(text[: node.span.end].rstrip()))
    return max(content_end(text, child) for child in _children(node) if child.span.start >= node.span.start)


def _children(node: Node) -> list[Node]:
    if isinstance(node, Sequence):
        return list(node.items)
    return [part for pair in node.pairs for part in pair] if isinstance(node, Table) else []


def lines_of(text: str, start: int, node: Node) -> Span:
    """The whole lines from a place to the end of a node."""
    first = text.rfind("\n", 0, start) + 1
    end = text.find("\n", content_end(text, node))
    return Span(first, len(text) if end == -1 else end + 1)


def item_lines(text: str, item: Node) -> Span | None:
    """The lines of an item of a block sequence with its dash; None where something else stands on them."""
    dash = text.rfind("-", 0, item.span.start)
    while dash != -1 and text[dash + 1 : dash + 2] not in (" ", "\t", "\n", "\r"):
        dash = text.rfind("-", 0, dash)
    found = lines_of(text, max(dash, 0), item)
    return None if dash == -1 or text[found.start : dash].strip() else found


def pair_lines(text: str, key: Node, value: Node) -> Span | None:
    """The lines of a key with its value in a block mapping; None where something else stands on them."""
    found = lines_of(text, key.span.start, value)
    own = value.span.start >= key.span.end
    return None if not own or text[found.start : key.span.start].strip() else found
