"""What a conversion gives: the new texts, where everything came from, and what became of each span.

The JSON output is this model, field by field (`cli/schema.py`).
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from converter.diagnostics import Diagnostic
from converter.source import Location

Status = Literal["converted", "partial", "refused", "already-multi-stage", "not-the-pattern"]
Fate = Literal["absorbed", "kept", "rewritten", "obsolete", "blocking"]


class ImageResult(Struct, frozen=True):
    """A final image: the tag with unknown parts as their expressions, and the Dockerfile that builds it now."""

    tag: str
    dockerfile: str
    target: str | None
    status: Status


class FileChange(Struct, frozen=True):
    """A file to write or delete: `text` is None for a deletion; paths are relative to the root."""

    path: str
    action: Literal["write", "delete"]
    text: str | None


class StageResult(Struct, frozen=True):
    """A stage of the new Dockerfile: `origin` is the Dockerfile that it came from, None for a new one."""

    name: str
    base: str
    origin: str | None


class CopyResult(Struct, frozen=True):
    """One artifact: where it lies in the stage, on the host on the way, and in the image."""

    stage: str
    source: str
    host: str
    destination: str
    mechanism: str
    location: Location


class LedgerEntry(Struct, frozen=True):
    """What became of a span of an input file, and why."""

    location: Location
    fate: Fate
    why: str


class Assumption(Struct, frozen=True):
    """Something that the conversion rests on and that reading cannot prove."""

    about: str
    location: Location | None


class Recipe(Struct, frozen=True):
    """One driver and what became of it.

    `files` is complete: writing them is the whole conversion. It is empty unless
    the status is `converted` or `partial`. `command` is how a person
    starts the driver, in `folder` below the root; empty where it is not started by a command. `only_calls` tells that
    the driver has no docker command of its own.
    """

    driver: str
    scripts: tuple[str, ...]
    status: Status
    images: tuple[ImageResult, ...] = ()
    files: tuple[FileChange, ...] = ()
    stages: tuple[StageResult, ...] = ()
    copies: tuple[CopyResult, ...] = ()
    ledger: tuple[LedgerEntry, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    sources: tuple[str, ...] = ()
    folder: str = ""
    command: tuple[str, ...] = ()
    only_calls: bool = False

    @property
    def converts(self) -> bool:
        """Whether there are files to write: all of its images convert, or as many as the person accepts."""
        return self.status in ("converted", "partial")
