"""Which commands of a run stand in substitutions, functions and constructs of others."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import cached_property

from converter.machine.events import Event, Site
from converter.source import Span


class Nesting:
    """Answers for the events of one run, each found once."""

    def __init__(self, events: Sequence[Event]) -> None:
        self.events = events
        self.found: dict[int, list[Event]] = {}

    def inside(self, outer: Event) -> list[Event]:
        """The events before it that run in a substitution of it, or in a function that is called there."""
        if outer.number not in self.found:
            starts, numbers = self.by_start.get(id(outer.site.source), ([], []))
            span = outer.site.span
            near = numbers[bisect_left(starts, span.start) : bisect_right(starts, span.end)]
            earlier = sorted({number for number in near if number < outer.number})
            self.found[outer.number] = [e for e in map(self.events.__getitem__, earlier) if _is_inside(e, outer)]
        return self.found[outer.number]

    def around(self, inner: Event) -> list[Event]:
        """The events whose piece of the same text holds that of the event, and more."""
        return self.holders.get((inner.site.source.path, inner.site.span), [])

    @cached_property
    def by_start(self) -> dict[int, tuple[list[int], list[int]]]:
        """For each text where the events and the calls that led to them start, in order, and the events' numbers."""
        found: dict[int, list[tuple[int, int]]] = {}
        for event in self.events:
            for site in (event.site, *event.calls):
                found.setdefault(id(site.source), []).append((site.span.start, event.number))
        return {
            source: ([start for start, _ in places], [number for _, number in places])
            for source, places in ((source, sorted(places)) for source, places in found.items())
        }

    @cached_property
    def holders(self) -> dict[tuple[str, Span], list[Event]]:
        """The events around each piece of a text that has events of its own."""
        pieces: dict[str, dict[Span, list[Event]]] = {}
        for event in self.events:
            pieces.setdefault(event.site.source.path, {}).setdefault(event.site.span, []).append(event)
        found: dict[tuple[str, Span], list[Event]] = {}
        for path, spans in pieces.items():
            open_spans: list[Span] = []
            for span in sorted(spans, key=lambda span: (span.start, -span.end)):
                open_spans = [other for other in open_spans if span.start <= other.end]
                holding = [event for other in open_spans if span in other for event in spans[other]]
                if holding:
                    found[path, span] = holding
                open_spans.append(span)
        return found

    @cached_property
    def by_site(self) -> dict[Site, list[Event]]:
        """The events of each command, in order."""
        found: dict[Site, list[Event]] = {}
        for event in self.events:
            found.setdefault(event.site, []).append(event)
        return found


def _is_inside(inner: Event, outer: Event) -> bool:
    return any(
        site.source is outer.site.source and site.span in outer.site.span
        for site in (inner.site, *inner.calls[len(outer.calls) :])
    )
