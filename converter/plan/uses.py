"""Where scripts name their variables, and which commands stand around each place.

All of it follows from the run alone: it is found once, whatever is then judged to go or to stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Generic, Protocol, TypeVar

from msgspec import Struct

from converter.machine.events import Assigned, Event, Site
from converter.shell.expander import Read
from converter.shell.interpreter import Run
from converter.shell.syntax import Script, Text, Word, simple_commands
from converter.source import Source, Span


class Use(Struct, frozen=True):
    """A place that names a variable: no comment, no assignment to it and no bare declaration of it.

    `bindings` are the assignments that a read there sees, empty where none is known. `around` holds, for each piece of
    script around the place that has events, the numbers of those.
    """

    name: str
    source: Source
    place: int
    bindings: frozenset[int]
    around: tuple[tuple[int, ...], ...]


class Piece(Struct, frozen=True):
    """A piece of a script, with the events that have it as their site; `only` is the variable that they all set."""

    span: Span
    numbers: tuple[int, ...]
    only: str | None


class _Spanned(Protocol):
    @property
    def span(self) -> Span: ...


_S = TypeVar("_S", bound=_Spanned)


class _Around(Generic[_S]):
    """What lies around places that are asked for in ascending order."""

    def __init__(self, spanned: Iterable[_S]) -> None:
        self.waiting = sorted(spanned, key=lambda one: one.span.start, reverse=True)
        self.open: list[_S] = []

    def at(self, place: int) -> list[_S]:
        while self.waiting and self.waiting[-1].span.start <= place:
            self.open.append(self.waiting.pop())
        self.open = [one for one in self.open if place < one.span.end]
        return self.open


class Uses:
    """The uses of a run's variables."""

    def __init__(self, run: Run) -> None:
        self.readers = readers_of(run.reads)
        self.unread: dict[str, list[Use]] = {}
        """Uses by the variable's name, where it is not known which assignment they see."""
        self.read: dict[tuple[str, int], list[Use]] = {}
        """Uses by the variable's name and an assignment that they see."""
        for source, script in run.scripts.values():
            for use in _uses(run, source, script):
                for binding in use.bindings:
                    self.read.setdefault((use.name, binding), []).append(use)
                if not use.bindings:
                    self.unread.setdefault(use.name, []).append(use)

    def of(self, assigned: Assigned) -> Iterator[Use]:
        """The uses that may see what an assignment gave its variable."""
        yield from self.unread.get(assigned.name, ())
        yield from self.read.get((assigned.name, assigned.binding), ())


def readers_of(reads: Iterable[Read]) -> Mapping[int, list[Site | None]]:
    """The commands that read what each assignment gave, by its binding."""
    found: dict[int, list[Site | None]] = {}
    for read in reads:
        found.setdefault(read.binding, []).append(read.site)
    return found


def _uses(run: Run, source: Source, script: Script) -> Iterator[Use]:
    """The uses in one script, in order: one pass over its words and what lies around them."""
    text = source.text
    events = [event for event in run.events if event.site.source is source]
    names = {event.name for event in run.events if isinstance(event, Assigned)}
    if not names:
        return
    heads = {
        (event.name, text.find(event.name, event.site.span.start, event.site.span.end))
        for event in events
        if isinstance(event, Assigned)
    }
    for event in events:
        start, end = event.site.span.start, event.site.span.end
        if isinstance(event, Assigned) and re.compile(_READ).match(text, start, end):
            named = re.finditer(rf"(?<![\w${{]){re.escape(event.name)}(?!\w)", text[start:end])
            heads |= {(event.name, start + found.start()) for found in named}
    pieces = _Around(_pieces(events))
    comments = _Around(script.comments)
    written = _Around(_written(script))
    reads = _Around(read for read in run.reads if read.source is source)
    for match in re.finditer(r"[A-Za-z0-9_]+", text):
        name, place = match.group(), match.start()
        if name not in names:
            continue
        if (name, place) in heads or comments.at(place) or _is_bare_declaration(text, place):
            continue
        if written.at(place) and "$" not in text[text.rfind("\n", 0, place) + 1 : place]:
            continue
        around = pieces.at(place)
        seen = frozenset(read.binding for read in reads.at(place) if read.name == name)
        yield Use(name, source, place, seen, tuple(piece.numbers for piece in around if piece.only != name))


def _written(script: Script) -> Iterator[Text]:
    """The plain text of here-documents that become files, where a name that no `$` precedes is a word like any other."""
    for statement in script.statements:
        for command in simple_commands(statement.command):
            if not command.words or not _is_writer(command.words[0]):
                continue
            for redirect in command.redirects:
                if redirect.body is not None:
                    yield from (part for part in redirect.body.parts if isinstance(part, Text))


def _is_writer(word: Word) -> bool:
    return [part.text for part in word.parts if isinstance(part, Text)] in (["cat"], ["tee"], ["docker"])


def _pieces(events: Iterable[Event]) -> Iterator[Piece]:
    by_span: dict[Span, list[Event]] = {}
    for event in events:
        by_span.setdefault(event.site.span, []).append(event)
    for span, own in by_span.items():
        names = {event.name if isinstance(event, Assigned) else None for event in own}
        yield Piece(span, tuple(event.number for event in own), names.pop() if len(names) == 1 else None)


_READ = r"(?:IFS=\S*\s+)?read\b"
"""A command that sets the variables that its words name."""


def _is_bare_declaration(text: str, place: int) -> bool:
    """Whether the name stands in `local name`, `declare name` or `unset name`, which use no value."""
    line_start = text.rfind("\n", 0, place) + 1
    if not any(text.find(word, line_start, place) != -1 for word in ("local", "declare", "typeset", "unset")):
        return False
    return (
        re.search(r"(?:^|[;&]|\{)\s*(?:local|declare|typeset|unset)\s+(?:-\w+\s+|\w+\s+)*$", text[line_start:place])
        is not None
    )
