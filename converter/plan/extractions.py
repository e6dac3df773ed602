"""An archive that the script unpacks is unpacked in the stage that it comes from, where that surely has the program.

Owners: tar as root gives each file the owner that the archive names, and the way over the host gave all of them to root,
so they are copied with `--chown=0:0`. Modes are those of the archive on both ways.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable
from typing import TYPE_CHECKING

from converter.diagnostics import refuse
from converter.lazy import lazily
from converter.machine.events import CopiedOut, Event, Extraction
from converter.plan.dockerfiles import BuildFile, Loader
from converter.plan.spelling import Spelling
from converter.plan.takes import Artifact

if TYPE_CHECKING:
    from converter.plan import image_tools
else:
    image_tools = lazily("converter.plan.image_tools")

CHOWN = "tar unpacks the archive in the stage with the owners in it"

_COMPRESSED = {"j": "bzip2", "J": "xz"}
"""The programs behind tar's letters, gzip apart, which is where tar is."""


def extraction_of(artifact: Artifact, events: list[Event]) -> Extraction | None:
    """The archive that an artifact is unpacked from; None for one that is no part of any."""
    out = events[artifact.origin.event]
    return out.extraction if isinstance(out, CopiedOut) else None


def extract_commands(
    builder: BuildFile, artifacts: Iterable[Artifact], spelling: Spelling, loader: Loader, before: list[str]
) -> list[str]:
    """The commands that unpack the archives of these artifacts; `before` are the instructions that come before them.

    Raises `Refusal` where the stage may not have the program.
    """
    position = len(builder.target.instructions)
    lines: dict[str, None] = {}
    for number in sorted({artifact.origin.event for artifact in artifacts}):
        out = loader.run.events[number]
        if not isinstance(out, CopiedOut) or out.extraction is None:
            continue
        extraction = out.extraction
        programs = [extraction.program, *filter(None, [_COMPRESSED.get(extraction.compression)])]
        if not all(_has(builder, program, loader, before) for program in programs):
            shown = loader.run.unknowns.show(extraction.archive.flat)
            raise refuse(
                "STG501",
                f"the script unpacks `{shown}` on the host, and nothing tells whether the builder has `{extraction.program}` to "
                "do the same",
                out.site.source,
                out.site.span,
                "unpack it in the builder Dockerfile, and let `docker cp` take the folder",
            )
        path = spelling.spell(extraction.archive, position, extraction.pattern_from)
        lines[_command(extraction, path, out.source.flat)] = None
    return list(lines)


def _command(extraction: Extraction, path: str, folder: str) -> str:
    members = "".join(f" {shlex.quote(name)}" for name in extraction.members)
    if extraction.program == "unzip":
        return f"unzip -q {path}{members} -d {folder}"
    strip = f" --strip-components={extraction.strip}" if extraction.strip else ""
    return f"mkdir {folder} && tar -x{extraction.compression}f {path} -C {folder}{strip}{members}"


def _has(builder: BuildFile, program: str, loader: Loader, before: Iterable[str]) -> bool:
    """Whether the stage surely has the program: by its image and Dockerfile, or as a container ran it there."""
    used = (re.split(r"\s*&&\s*", line.partition(" ")[2]) for line in before if line.upper().startswith("RUN "))
    return image_tools.has_program(builder, program, loader) or any(
        part.split()[:1] == [program] for parts in used for part in parts
    )
