"""For programs: everything that a finding holds. The schema is made from the very types that are written."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from converter.batch.changes import Change
from converter.diagnostics import Diagnostic, Severity
from converter.result import CopyResult, Status
from converter.review.findings import Finding
from converter.review.formats import Report
from converter.source import Location

VERSION: Literal[1] = 1
"""Of the format. A field may come; none goes or changes its meaning without another number."""

Number = Annotated[int, Meta(ge=1)]


class Place(Struct, frozen=True, forbid_unknown_fields=True):
    """A place in a file; lines and columns are counted from 1, and the end is just behind the last character."""

    file: str
    line: Number
    column: Number
    end_line: Number
    end_column: Number


class Artifact(Struct, frozen=True, forbid_unknown_fields=True):
    """A file or folder that is taken out of a build image, by `mechanism` at `location`."""

    source: Annotated[str, Meta(description="Its absolute path in the build image.")]
    destination: Annotated[str, Meta(description="Its absolute path in the final image; a folder ends in `/`.")]
    mechanism: str
    location: Place


class File(Struct, frozen=True, forbid_unknown_fields=True):
    """A file that the patch changes."""

    path: str
    action: Literal["write", "delete"]


class Remark(Struct, frozen=True, forbid_unknown_fields=True):
    """What else the conversion has to say."""

    code: str
    severity: Severity
    message: str
    help: str | None
    location: Place | None


class Entry(Struct, frozen=True, forbid_unknown_fields=True):
    """A finding: one recipe."""

    code: Annotated[str, Meta(description="`stageify explain CODE` explains it.")]
    severity: Severity
    title: str
    message: Annotated[str, Meta(description="What is there.")]
    why: Annotated[str, Meta(description="Why it matters.")]
    suggestion: Annotated[str, Meta(description="What to do.")]
    command: Annotated[
        str | None, Meta(description="Makes the change when it is run in the root; null where there is none.")
    ]
    location: Annotated[Place, Meta(description="The line that a reviewer should see.")]
    driver: Annotated[str, Meta(description="The file that drives the builds.")]
    drivers: Annotated[
        list[str], Meta(description="All drivers of the finding: more than one where recipes share files.")
    ]
    status: Status
    artifacts: list[Artifact]
    files: Annotated[list[File], Meta(description="What the patch changes.")]
    patch: Annotated[
        str, Meta(description="A unified diff, applied from the root by `git apply` or `patch -p1`; may be empty.")
    ]
    remarks: list[Remark]
    assumptions: Annotated[list[str], Meta(description="What the conversion rests on and reading cannot prove.")]
    fingerprint: Annotated[str, Meta(description="Stays the same while lines move; unique in a report.")]


class Document(Struct, frozen=True, forbid_unknown_fields=True):
    """What `stageify review --format json` prints. Every path is relative to the root, with forward slashes."""

    findings: list[Entry]
    version: Literal[1] = VERSION


def render(report: Report) -> bytes:
    """One object."""
    return dump(msgspec.to_builtins(Document([_entry(finding) for finding in report.findings])))


def schema() -> dict[str, Any]:
    """The JSON Schema of the format (draft 2020-12)."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:stageify:review:{VERSION}",
        **msgspec.json.schema(Document),
    }


def dump(value: object, indent: int | None = 2) -> bytes:
    """JSON in UTF-8; a byte of a file name that is no UTF-8 becomes an escape."""
    return json.dumps(value, indent=indent, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n"


def _entry(finding: Finding) -> Entry:
    recipe = finding.recipe
    return Entry(
        code=finding.code,
        severity=finding.severity,
        title=finding.title,
        message=finding.message,
        why=finding.why,
        suggestion=finding.suggestion,
        command=finding.command,
        location=_place(finding.location),
        driver=recipe.driver,
        drivers=[member.driver for member in finding.group.recipes],
        status=recipe.status,
        artifacts=[_artifact(copy) for copy in finding.copies],
        files=[_file(change) for change in finding.changes],
        patch=finding.patch,
        remarks=[_remark(found) for found in finding.remarks],
        assumptions=list(finding.group.assumptions),
        fingerprint=finding.fingerprint,
    )


def _place(location: Location) -> Place:
    return Place(location.file, location.line, location.column, location.end_line, location.end_column)


def _artifact(copy: CopyResult) -> Artifact:
    return Artifact(copy.source, copy.destination, copy.mechanism, _place(copy.location))


def _file(change: Change) -> File:
    return File(change.path, "delete" if change.after is None else "write")


def _remark(found: Diagnostic) -> Remark:
    place = _place(found.location) if found.location is not None else None
    return Remark(found.code, found.severity, found.message, found.help, place)
