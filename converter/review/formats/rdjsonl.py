"""Reviewdog's diagnostic format: one JSON object a line.

A suggestion of a code host replaces lines of one file, and all of a conversion's files have to change together. So
there are suggestions only in the review of a change that touches all lines in question, where they can be taken in
one commit: then each file that changes has a diagnostic of its own, and the first one is the finding.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from converter.batch.changes import Change
from converter.review.findings import Finding
from converter.review.formats import Report
from converter.review.formats.json import dump
from converter.review.formats.markup import fenced
from converter.review.replacements import Replacement, span_of
from converter.review.touched import Touched
from converter.source import Location, Source

SEVERITIES = {"note": "INFO", "warning": "WARNING", "error": "ERROR"}


def render(report: Report) -> bytes:
    """One line for each diagnostic."""
    found = (diagnostic for finding in report.findings for diagnostic in _diagnostics(finding, report.touched))
    return b"".join(dump(diagnostic, indent=None) for diagnostic in found)


def _diagnostics(finding: Finding, touched: Touched | None) -> Iterator[dict[str, Any]]:
    suggestions = _suggestions(finding, touched)
    if finding.location.file not in suggestions:
        patch = f"\n\n{fenced(finding.patch)}" if finding.patch else ""
        text = f"{finding.message}.\n\n{finding.why}\n\n{finding.suggestion}{patch}"
        yield {**_about(finding, text, finding.location.file), "location": _location(finding)}
        return
    own = finding.location.file
    deleted = [change.path for change in finding.changes if change.after is None]
    also = f", and delete {', '.join(deleted)}" if deleted else ""
    run = f"or run `{finding.command}`." if finding.command else "or apply the patch of `stageify review`."
    what = "Take this suggestion" if len(suggestions) == 1 else f"Take the {len(suggestions)} suggestions together"
    together = f"{what}, in one commit{also}; {run}"
    for path in (own, *(path for path in suggestions if path != own)):
        text = f"{finding.message}.\n\n{finding.why}" if path == own else f"Part of the change for {own}."
        span = suggestions[path]
        yield {
            **_about(finding, f"{text}\n\n{together}", path),
            "location": _location(finding) if path == own else {"path": path, "range": _lines(span)},
            "suggestions": [{"range": _lines(span), "text": span.text.removesuffix("\n")}],
        }


def _about(finding: Finding, message: str, path: str) -> dict[str, Any]:
    places = [copy.location for copy in finding.copies] if path == finding.location.file else [finding.location]
    related = [
        {"message": "the artifact is taken out here", "location": _range(place, finding.texts)}
        for place in places
        if place != finding.location or path != finding.location.file
    ]
    return {
        "message": message,
        "severity": SEVERITIES[finding.severity],
        "source": {"name": "stageify"},
        "code": {"value": finding.code},
        **({"related_locations": related} if related else {}),
    }


def _suggestions(finding: Finding, touched: Touched | None) -> Mapping[str, Replacement]:
    """A replacement for each file that stays, where a code host can take them all; else nothing.

    It can where each replaced line is one of the change. Line ends other than a line feed are nothing that such a
    suggestion can say.
    """
    if touched is None or any(change.before is None for change in finding.changes):
        return {}
    spans: dict[str, Replacement] = {}
    for change in finding.changes:
        if change.after is None:
            continue
        if b"\r" in (change.before or b"") or not _is_touched(change, span := span_of(change), touched):
            return {}
        spans[change.path] = span
    return spans


def _is_touched(change: Change, span: Replacement, touched: Touched) -> bool:
    lines = touched.lines.get(change.path, frozenset())
    if span.text == "\n":
        # The text of a suggestion has no last line end, so an empty line would read as none.
        return False
    return span.start < span.end and all(number in lines for number in range(span.start, span.end))


def _location(finding: Finding) -> dict[str, Any]:
    return _range(finding.location, finding.texts)


def _range(place: Location, texts: Mapping[str, Source]) -> dict[str, Any]:
    source = texts.get(place.file)
    start = {"line": place.line, "column": _byte_column(source, place.line, place.column)}
    end = {"line": place.end_line, "column": _byte_column(source, place.end_line, place.end_column)}
    return {"path": place.file, "range": {"start": start, "end": end}}


def _lines(span: Replacement) -> dict[str, Any]:
    """A range of whole lines, the last one included."""
    return {"start": {"line": span.start}, "end": {"line": span.end - 1}}


def _byte_column(source: Source | None, line: int, column: int) -> int:
    """The format counts columns in bytes of UTF-8."""
    if source is None or line > source.line_count():
        return column
    return len(source.line_text(line)[: column - 1].encode("utf-8", "surrogateescape")) + 1
