"""Annotations of GitHub Actions: workflow commands, one for each finding, and its patch in the log."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from converter.review.findings import Finding
from converter.review.formats import Report
from converter.review.formats.markup import last_line

COMMANDS = {"note": "notice", "warning": "warning", "error": "error"}


def render(report: Report) -> bytes:
    """Commands for the standard output of a workflow's step."""
    return "".join(line for finding in report.findings for line in _finding(finding)).encode(
        "utf-8", "backslashreplace"
    )


def _finding(finding: Finding) -> Iterator[str]:
    place = finding.location
    properties = {"file": place.file, "line": str(place.line), "endLine": str(last_line(place))}
    if place.end_line == place.line and place.end_column > place.column:
        # GitHub refuses columns of a place with several lines.
        properties |= {"col": str(place.column), "endColumn": str(place.end_column)}
    properties["title"] = f"{finding.code}: {finding.title}"
    shown = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    yield f"::{COMMANDS[finding.severity]} {shown}::{_data(f'{finding.message}{chr(10)}{finding.suggestion}')}\n"
    if finding.patch:
        yield f"::group::{_data(f'The patch for {finding.recipe.driver}')}\n{_inert(finding.patch)}::endgroup::\n"


def _inert(text: str) -> str:
    """A text in which the runner looks for no commands: a context line of a patch may well begin with ` ::`.

    The word that ends it is a hash of the text, which no text can hold of itself.
    """
    word = hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
    return f"::stop-commands::{word}\n{text}::{word}::\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
