"""GitLab's code quality report: a list of issues in the part of the Code Climate format that GitLab reads."""

from __future__ import annotations

from typing import Any

from converter.review.findings import Finding
from converter.review.formats import Report
from converter.review.formats.json import dump
from converter.review.formats.markup import fenced, last_line

SEVERITIES = {"note": "info", "warning": "minor", "error": "major"}


def render(report: Report) -> bytes:
    """One list. GitLab tells new findings from known ones by their fingerprints, which do not name lines."""
    return dump([_issue(finding) for finding in report.findings])


def _issue(finding: Finding) -> dict[str, Any]:
    place = finding.location
    patch = f"\n\n{fenced(finding.patch)}" if finding.patch else ""
    return {
        "type": "issue",
        "check_name": finding.code,
        "description": finding.message,
        "content": {"body": f"{finding.why}\n\n{finding.suggestion}{patch}"},
        "categories": ["Complexity"],
        "severity": SEVERITIES[finding.severity],
        "fingerprint": finding.fingerprint,
        "location": {"path": place.file, "lines": {"begin": place.line, "end": last_line(place)}},
    }
