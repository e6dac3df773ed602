"""What a review prints: one file for each format.

The module of a format has `render(report) -> bytes`. It is imported only when it is asked for.
"""

from __future__ import annotations

from importlib import import_module

from msgspec import Struct

from converter.review.findings import Finding
from converter.review.touched import Touched


class Report(Struct, frozen=True):
    """The findings of a review, and what the reviewed change touches; None for the review of a whole tree."""

    findings: tuple[Finding, ...]
    touched: Touched | None = None


def render(name: str, report: Report) -> bytes:
    """The report in one of `converter.review.choices.FORMATS`, as UTF-8 with a line end behind the last line."""
    output: bytes = import_module(f"converter.review.formats.{name}").render(report)
    return output
