"""Where scripts name their variables, and which commands stand around each place.

All of it follows from the run alone: it is found once for each name, whatever is then judged to go or to stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from msgspec import Struct

from converter.machine.events import Assigned, Event, Site
from converter.shell.expander import Read
from converter.shell.interpreter import Run
from converter.shell.syntax import Script
from converter.source import Source


class Use(Struct, frozen=True):
    """A place that names a variable: no comment, no assignment to it and no bare declaration of it.

    `bindings` are the assignments that a read there sees, empty where none is known. `around` holds, for each piece of
    script around the place that has events, the numbers of those.
    """

    source: Source
    place: int
    bindings: frozenset[int]
    around: tuple[tuple[int, ...], ...]


class Uses:
    """The uses of a run's variables."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.found: dict[str, list[Use]] = {}
        pieces: dict[int, dict[tuple[int, int], list[Event]]] = {id(source): {} for source, _ in run.scripts.values()}
        for event in run.events:
            own = pieces.get(id(event.site.source))
            if own is not None:
                own.setdefault((event.site.span.start, event.site.span.end), []).append(event)
        self.pieces = {source: sorted(own.items(), key=lambda piece: piece[0]) for source, own in pieces.items()}
        """Pieces of each script, in order of their start, with their events."""
        self.reads: dict[str, list[Read]] = {}
        for read in run.reads:
            self.reads.setdefault(read.name, []).append(read)
        self.readers = readers_of(run.reads)

    def of(self, name: str) -> list[Use]:
        """The uses of a variable in all scripts, in order."""
        if name not in self.found:
            self.found[name] = [
                use for source, script in self.run.scripts.values() for use in self.in_script(name, source, script)
            ]
        return self.found[name]

    def in_script(self, name: str, source: Source, script: Script) -> list[Use]:
        places = re.finditer(rf"(?<![A-Za-z0-9_]){re.escape(name)}(?![A-Za-z0-9_])", source.text)
        quiet = [(comment.span.start, comment.span.end) for comment in script.comments]
        pieces: list[tuple[int, int, tuple[int, ...]]] = []
        for (start, end), events in self.pieces[id(source)]:
            others = [event for event in events if not (isinstance(event, Assigned) and event.name == name)]
            if len(others) < len(events):
                head = source.text.find(name, start, end)
                quiet.append((head, head + len(name)))
            if others:
                pieces.append((start, end, tuple(event.number for event in events)))
        reads = [read for read in self.reads.get(name, ()) if read.source is source]
        uses: list[Use] = []
        following = 0
        open_pieces: list[tuple[int, int, tuple[int, ...]]] = []
        for match in places:
            place = match.start()
            while following < len(pieces) and pieces[following][0] <= place:
                open_pieces.append(pieces[following])
                following += 1
            open_pieces = [piece for piece in open_pieces if place < piece[1]]
            if any(start <= place < end for start, end in quiet) or _is_bare_declaration(source.text, place):
                continue
            seen = frozenset(read.binding for read in reads if read.span.start <= place < read.span.end)
            uses.append(Use(source, place, seen, tuple(numbers for _, _, numbers in open_pieces)))
        return uses


def readers_of(reads: Iterable[Read]) -> Mapping[int, list[Site | None]]:
    """The commands that read what each assignment gave, by its binding."""
    found: dict[int, list[Site | None]] = {}
    for read in reads:
        found.setdefault(read.binding, []).append(read.site)
    return found


def _is_bare_declaration(text: str, place: int) -> bool:
    """Whether the name stands in `local name`, `declare name` or `unset name`, which use no value."""
    line_start = text.rfind("\n", 0, place) + 1
    return (
        re.search(r"(?:^|[;&]|\{)\s*(?:local|declare|typeset|unset)\s+(?:-\w+\s+|\w+\s+)*$", text[line_start:place])
        is not None
    )
