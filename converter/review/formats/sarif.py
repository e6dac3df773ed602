"""SARIF 2.1.0 (OASIS), the format of code scanning."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from converter import __version__
from converter.batch.changes import Change
from converter.diagnostics import RULES
from converter.review.findings import Finding
from converter.review.formats import Report
from converter.review.formats.json import dump
from converter.review.formats.markup import fenced, prose
from converter.review.replacements import Replacement, replacements
from converter.source import Location

ROOT = "%SRCROOT%"
SCHEMA_URI = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
FINGERPRINT = "stageify/recipe/v1"
GITHUB_FINGERPRINT = "primaryLocationLineHash"
"""The only one that GitHub's code scanning compares; without it GitHub hashes the line, which differs between reviews."""


def render(report: Report) -> bytes:
    """One log with one run."""
    codes = sorted({finding.code for finding in report.findings})
    return dump(
        {
            "$schema": SCHEMA_URI,
            "version": "2.1.0",
            "runs": [
                {
                    "tool": {
                        "driver": {
                            "name": "stageify",
                            "version": __version__,
                            "semanticVersion": __version__,
                            "rules": [_rule(code) for code in codes],
                        }
                    },
                    "columnKind": "unicodeCodePoints",
                    "originalUriBaseIds": {ROOT: {"description": {"text": "The root of the review."}}},
                    "results": [_result(finding, codes.index(finding.code)) for finding in report.findings],
                }
            ],
        }
    )


def _rule(code: str) -> dict[str, Any]:
    rule = RULES[code]
    return {
        "id": code,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.explanation},
        "help": {"text": rule.explanation, "markdown": prose(rule.explanation)},
        "defaultConfiguration": {"level": "warning" if code.startswith("STG7") else "note"},
        "properties": {"tags": ["docker", "dockerfile", "multi-stage"]},
    }


def _result(finding: Finding, rule: int) -> dict[str, Any]:
    patch = f"\n\n{fenced(finding.patch)}" if finding.patch else ""
    result = {
        "ruleId": finding.code,
        "ruleIndex": rule,
        "level": finding.severity,
        "message": {
            "text": f"{finding.message}. {finding.suggestion}",
            "markdown": f"{prose(finding.message)}.\n\n{prose(finding.suggestion)}{patch}",
        },
        "locations": [{"physicalLocation": _physical(finding.location)}],
        "partialFingerprints": {
            FINGERPRINT: finding.fingerprint,
            GITHUB_FINGERPRINT: f"{finding.fingerprint[:16]}:1",
        },
        "properties": {"driver": finding.recipe.driver, "patch": finding.patch},
    }
    if related := _related(finding):
        result["relatedLocations"] = related
    if fix := _fix(finding):
        result["fixes"] = [fix]
    return result


def _related(finding: Finding) -> list[dict[str, Any]]:
    """Where the artifacts are taken out, and what else there is to say."""
    places = [(copy.location, f"{copy.mechanism} takes {copy.source} out") for copy in finding.copies]
    places += [(found.location, f"{found.code}: {found.message}") for found in finding.remarks if found.location]
    others = [(location, text) for location, text in places if location != finding.location]
    return [
        {"id": number, "physicalLocation": _physical(location), "message": {"text": text}}
        for number, (location, text) in enumerate(others, 1)
    ]


def _fix(finding: Finding) -> dict[str, Any] | None:
    """The change as replacements. SARIF cannot make or delete a file: what is deleted is named in the description
    and does no harm until then; a change that needs a new file is left to the patch."""
    if not finding.changes or any(change.before is None for change in finding.changes):
        return None
    written = [change for change in finding.changes if change.after is not None]
    deleted = [change.path for change in finding.changes if change.after is None]
    after = f"; then delete {', '.join(deleted)}" if deleted else ""
    return {
        "description": {"text": f"Change {', '.join(change.path for change in written)}{after}."},
        "artifactChanges": [_artifact_change(change) for change in written],
    }


def _artifact_change(change: Change) -> dict[str, Any]:
    return {"artifactLocation": _artifact(change.path), "replacements": list(_replacements(replacements(change)))}


def _replacements(found: Iterable[Replacement]) -> Iterable[dict[str, Any]]:
    for replacement in found:
        end = {"endLine": replacement.end, "endColumn": 1}
        if replacement.last is not None:
            end = {"endLine": replacement.end - 1, "endColumn": replacement.last + 1}
        yield {
            "deletedRegion": {"startLine": replacement.start, "startColumn": 1, **end},
            "insertedContent": {"text": replacement.text},
        }


def _physical(location: Location) -> dict[str, Any]:
    region = {"startLine": location.line, "startColumn": location.column}
    if (location.end_line, location.end_column) > (location.line, location.column):
        region |= {"endLine": location.end_line, "endColumn": location.end_column}
    return {"artifactLocation": _artifact(location.file), "region": region}


def _artifact(path: str) -> dict[str, Any]:
    """A relative URI: every byte that is not plain in one is escaped."""
    return {"uri": quote(os.fsencode(path)), "uriBaseId": ROOT}
