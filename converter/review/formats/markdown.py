"""For a comment or a job summary: each finding with its reasons and, folded, its patch."""

from __future__ import annotations

from collections.abc import Sequence

from converter.review.findings import Finding
from converter.review.formats import Report
from converter.review.formats.markup import code, fenced, prose

MAX_CHARACTERS = 60_000
"""Code hosts take comments of up to 65,536 characters. Patches that do not fit are left out, the last ones first."""


def render(report: Report) -> bytes:
    """One document."""
    found = report.findings
    for shown in range(len(found), -1, -1):
        text = _document(found, shown)
        if len(text) <= MAX_CHARACTERS:
            break
    return text.encode("utf-8", "backslashreplace")


def _document(found: Sequence[Finding], shown: int) -> str:
    if not found:
        return "No builder pattern that one multi-stage Dockerfile could replace.\n"
    count = "1 finding" if len(found) == 1 else f"{len(found)} findings"
    sections = [_section(finding, number < shown) for number, finding in enumerate(found)]
    return "\n\n".join([f"## stageify: {count}", *sections]) + "\n"


def _section(finding: Finding, with_patch: bool) -> str:
    place = finding.location
    lines = [
        f"### {code(f'{place.file}:{place.line}')} {finding.severity} {finding.code}",
        f"{prose(finding.message)}.",
        prose(finding.why),
        f"**What to do:** {prose(finding.suggestion)}",
    ]
    remarks = [f"- {found.severity} {found.code}: {prose(found.message)}" for found in finding.remarks]
    if rows := [*remarks, *(f"- assumed: {prose(about)}" for about in finding.group.assumptions)]:
        lines.append("\n".join(rows))
    if finding.patch and with_patch:
        lines.append(f"<details><summary>The patch</summary>\n\n{fenced(finding.patch)}\n\n</details>")
    elif finding.patch:
        lines.append(f"The patch is too long for a comment; {code('stageify review')} prints it.")
    return "\n\n".join(lines)
