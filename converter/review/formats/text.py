"""For a person: each finding with its source line and its patch.

The patches stand in it as they are, so that `git apply` and `patch` take the whole text and skip the rest.
"""

from __future__ import annotations

from converter.diagnostics import Diagnostic
from converter.printable import Line, visible
from converter.review.findings import Finding
from converter.review.formats import Report
from converter.show import diagnostic_lines, patch_lines


def render(report: Report) -> bytes:
    """The lines without their styles."""
    lines = ["".join(text for text, _ in line) + "\n" for line in styled(report)]
    return "".join(lines).encode("utf-8", "surrogateescape")


def styled(report: Report) -> list[Line]:
    """The findings as lines, an empty one after each."""
    return [line for finding in report.findings for line in (*_finding(finding), ())]


def _finding(finding: Finding) -> list[Line]:
    head = Diagnostic(finding.code, finding.severity, finding.message, None, finding.location)
    lines = diagnostic_lines(head, finding.texts)
    rows = [("help", finding.suggestion)]
    rows += [(f"{found.severity}[{found.code}]", _remark(found)) for found in finding.remarks]
    rows += [("assumed", about) for about in finding.group.assumptions]
    margin = " " * max(len(str(finding.location.line)), 1)
    lines += [((f"{margin} = {title}: ", "quiet"), (visible(text), "")) for title, text in rows]
    return [*lines, (), *patch_lines(finding.patch)] if finding.patch else lines


def _remark(found: Diagnostic) -> str:
    return found.message if found.location is None else f"{found.message} ({found.location.file}:{found.location.line})"
