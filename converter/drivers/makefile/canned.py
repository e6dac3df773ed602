"""Canned recipes (manual, 5.8): a line that is nothing but `$(name)` or `$(call name,...)` of a `define` is its lines."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from msgspec import Struct

from converter.drivers.makefile.database import RecipeLine
from converter.drivers.makefile.expansion import Expander, Frame, Variable
from converter.drivers.makefile.scan import reference_end, split_arguments
from converter.source import Span

MAX_DEPTH = 20

Ways = Mapping[str, str | None]
"""For arguments of `call` by number: how the recipe writes the value, see `lines.expand`."""


class Unfolded(Struct, frozen=True):
    """A line with the variables that it sees, and the calls that led to it, the recipe's own line first."""

    line: RecipeLine
    frame: Frame
    ways: Ways
    calls: tuple[RecipeLine, ...] = ()


def unfold(found: Unfolded, expander: Expander, automatic: Callable[[str], str | None]) -> list[Unfolded]:
    """The lines that a line stands for: itself, where it is no canned recipe whose text stands in a makefile."""
    called = _called(found.line.text, expander, found.frame)
    if called is None or len(found.calls) >= MAX_DEPTH:
        return [found]
    name, arguments = called
    body = expander.variables[name].body
    assert body is not None
    frame, ways = found.frame, found.ways
    if arguments is not None:
        values = [name, *(expander.expand(argument, found.frame) for argument in arguments)]
        values += [""] * (10 - len(values))
        given = {str(index): Variable(value, False, "automatic") for index, value in enumerate(values)}
        frame = (given, *found.frame)
        ways = dict.fromkeys(given, "") | {
            str(index): _way(argument, found.ways, automatic) for index, argument in enumerate(arguments, 1)
        }
    calls = (*found.calls, found.line)
    lines = []
    for match in re.finditer(r"(?:[^\n\\]|\\.)*(?:\n|\Z)", body.source.slice(body.span), re.DOTALL):
        if not match.group():
            continue
        start = body.span.start + match.start()
        end = body.span.start + match.end()
        if not match.group().endswith("\n"):
            # the line end before `endef` is no part of the variable
            end = body.source.text.find("\n", end) + 1
        text = match.group().rstrip("\r\n")
        line = RecipeLine(text, body.source, start, Span(start, end))
        lines += unfold(Unfolded(line, frame, ways, calls), expander, automatic)
    return lines


def _called(text: str, expander: Expander, frame: Frame) -> tuple[str, list[str] | None] | None:
    """The variable that a line consists of, with the arguments of `call`."""
    written = text.strip(" \t@+-")
    if not written.startswith(("$(", "${")) or reference_end(written, 0) != len(written):
        return None
    inner = written[2:-1]
    arguments = None
    if re.match(r"call[ \t]", inner):
        name, *arguments = split_arguments(inner[len("call") :].lstrip(" \t"))
        name = name.strip()
    else:
        name = inner
    found = expander.variables.get(name)
    known = found is not None and found.body is not None and expander.lookup(name, frame) is found
    return (name, arguments) if known else None


def _way(argument: str, ways: Ways, automatic: Callable[[str], str | None]) -> str | None:
    """How a recipe writes the value of an argument: empty where it stands there literally."""
    if "$" not in argument:
        return ""
    if reference_end(argument, 0) != len(argument):
        return None
    name = argument[1:].strip("(){}")
    if name in ways:
        return ways[name]
    way = automatic(name)
    return argument if way is None and re.fullmatch(r"\$[({][\w.-]+[)}]", argument) else way
