"""Variables and canned recipes that only removed commands used: they go with them."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence

from converter.drivers.driver import Changes
from converter.drivers.makefile import syntax
from converter.drivers.makefile.reader import read
from converter.source import Edit, Source, Span, apply_edits

_COMPUTED = re.compile(r"\$[({][^\s(){},:]*\$")
"""A variable whose name is computed: it may be any."""

_ACTS = re.compile(r"\$[({](?:shell|eval|call|foreach|info|warning|error|file)\b")
"""What an immediate assignment does when it is read."""


def drop(files: Sequence[tuple[Source, Changes]], optional: Container[str]) -> dict[str, frozenset[str]]:
    """Takes out what nothing uses any more, as edits of the files; the names that each file lost, by path.

    `optional` are the paths of files that make includes where they are there. Only what was used before and is not
    used any more goes: what nothing ever used is none of this program's business.
    """
    before = [source.text for source, _ in files]
    nodes = {source.path: read(source) for source, _ in files}
    every = [node for found in nodes.values() for node in found]
    open_ended = any(_COMPUTED.search(text) for text in before) or any(
        (isinstance(node, syntax.Directive) and node.keyword in ("export", "unexport") and not node.rest)
        or (isinstance(node, syntax.Include) and node.optional and node.names not in optional)
        or (isinstance(node, syntax.Rule) and node.text.startswith(".EXPORT_ALL_VARIABLES"))
        for node in every
    )
    lost: dict[str, set[str]] = {source.path: set() for source, _ in files}
    while True:
        after = [apply_edits(source.text, out.edits) for source, out in files]
        more = False
        for source, out in files:
            for index, node in enumerate(nodes[source.path]):
                if not isinstance(node, (syntax.Assignment, syntax.Define)) or node.name in lost[source.path]:
                    continue
                uses, left = _uses(node.name, before), _uses(node.name, after)
                if left or not uses or not _may_go(node, nodes[source.path], source, out, open_ended):
                    continue
                if sum(_sets(other, node.name) for other in every) > 1:
                    continue
                _cut(nodes[source.path], index, source, out)
                lost[source.path].add(node.name)
                more = True
        if not more:
            return {path: frozenset(names) for path, names in lost.items()}


def _uses(name: str, texts: Sequence[str]) -> int:
    """How often texts have the name as a word, other than where it is set."""
    word = re.compile(rf"(?<![\w.-]){re.escape(name)}(?![\w.-])")
    sets = re.compile(rf"^[ ]*(?:override[ ]+)?(?:{re.escape(name)}[ \t]*(?:[:?+!]|::|:::)?=|define[ \t]+{re.escape(name)}\b)", re.M)  # fmt: skip
    return sum(len(word.findall(text)) - len(sets.findall(text)) for text in texts)


def _sets(node: syntax.Node, name: str) -> bool:
    return isinstance(node, (syntax.Assignment, syntax.Define)) and node.name == name


def _may_go(
    node: syntax.Assignment | syntax.Define,
    nodes: Sequence[syntax.Node],
    source: Source,
    out: Changes,
    open_ended: bool,
) -> bool:
    if node.modifiers != syntax.Modifiers() or not re.fullmatch(r"[\w-]+", node.name) or open_ended:
        return False
    depth = 0
    for other in nodes:
        if other is node:
            break
        if isinstance(other, syntax.Conditional):
            depth += {"endif": -1, "else": 0}.get(other.keyword, 1)
    if depth:
        # an empty conditional would be left
        return False
    if isinstance(node, syntax.Define):
        inside = [edit for edit in out.edits if edit.span in node.span]
        left = apply_edits(source.text[: node.span.end], inside)[node.start :].rpartition("endef")[0]
        return not left.strip() or not inside
    return node.operator in ("=", "?=") or not _ACTS.search(node.value)


def _cut(nodes: Sequence[syntax.Node], index: int, source: Source, out: Changes) -> None:
    """Cuts a node, with the comment above it where that speaks of nothing that stays, and a blank line below it."""
    node = nodes[index]
    gone = [edit.span for edit in out.edits if not edit.text]

    def is_blank(other: syntax.Node) -> bool:
        return isinstance(other, syntax.Comment) and not source.slice(other.span).strip()

    def stays(other: syntax.Node) -> bool:
        return not isinstance(other, syntax.Comment) and not any(other.span in span for span in gone)

    first = last = index
    while last + 1 < len(nodes) and not isinstance(nodes[last + 1], syntax.Comment) and not stays(nodes[last + 1]):
        last += 1
    begin = index
    while begin and not isinstance(nodes[begin - 1], syntax.Comment) and not stays(nodes[begin - 1]):
        begin -= 1
    ends = last + 1 == len(nodes) or isinstance(nodes[last + 1], syntax.Comment)
    if ends:
        first = begin
        while first and isinstance(nodes[first - 1], syntax.Comment) and not is_blank(nodes[first - 1]):
            first -= 1
    apart = first == 0 or is_blank(nodes[first - 1])
    if ends and apart and last + 1 < len(nodes) and is_blank(nodes[last + 1]):
        last += 1
    elif not ends or not apart:
        first, last = index, index
    span = Span(nodes[first].span.start, nodes[last].span.end)
    out.edits[:] = [edit for edit in out.edits if edit.span not in span]
    out.edits.append(Edit(span, ""))
    out.removed.append((node.span, "nothing uses it any more"))
    if first < index:
        out.removed.append((Span(nodes[first].span.start, node.span.start), "the comment spoke only of what is gone"))
