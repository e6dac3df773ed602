"""Is an artifact a file or a folder? It matters only where its name changes on the way.

`docker cp` and `COPY` treat the two differently: a file keeps its name in a folder
destination, a folder spills its contents. Three witnesses are heard: the script, the builder and the runtime
Dockerfile. Where two of them differ, nothing is known.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from converter.machine import paths
from converter.machine.events import Event
from converter.plan.dockerfiles import BuildFile
from converter.plan.kinds import builder_evidence, image_evidence, script_evidence
from converter.plan.takes import Artifact, Take

FILE_SUFFIXES = frozenset(
    """
    7z a apk bin bz2 cer conf crt css csv deb dll dylib ear egg elf exe gem gz hex html ico ini jar js json key
    ko lib md mjs msi nupkg o pem phar pl png properties py pyz rb rpm sh so sql svg tar tgz toml ts txt war
    wasm whl xml xz yaml yml zip zst
    """.split()
)
"""Endings of names that build tools give to files and never to folders."""


def kind_of(
    artifact: Artifact, builder: BuildFile, runtime: BuildFile, take: Take, events: Sequence[Event]
) -> tuple[Literal["file", "folder", "unknown"], str]:
    """The kind, and the evidence for it in words; `events` are those of the whole run."""
    if artifact.entry.kind != "unknown":
        return artifact.entry.kind, "the script shows it"
    name = paths.base_name(artifact.path.flat)
    suffix = name.rpartition(".")[2].lower() if "." in name.lstrip(".") else ""
    if suffix in FILE_SUFFIXES:
        return "file", f"its name ends in .{suffix}"
    found = [
        *script_evidence.look(artifact, runtime.event, events),
        *builder_evidence.look(artifact, builder),
        *image_evidence.look(artifact, runtime, take),
    ]
    if len({kind for kind, _ in found}) != 1:
        return "unknown", ""
    return found[0]
