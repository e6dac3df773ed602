"""The words that a person chooses among; apart, since the command line names them before anything else is imported."""

from __future__ import annotations

from typing import Literal

Level = Literal["none", "note", "warning", "error"]
SEVERITIES: tuple[Literal["note", "warning", "error"], ...] = ("note", "warning", "error")
"""From the least to the gravest."""

LEVELS: tuple[Level, ...] = ("none", *SEVERITIES)
"""`none` is below every finding."""

FORMATS = ("text", "json", "markdown", "sarif", "rdjsonl", "github", "gitlab")
"""Each is a module of `converter.review.formats`."""
