"""An archive that the runtime Dockerfile unpacks with ADD is unpacked in the stage that it comes from."""

from __future__ import annotations

from collections.abc import Iterable

from converter.diagnostics import refuse
from converter.plan.dockerfiles import BuildFile
from converter.plan.spelling import Spelling
from converter.plan.takes import Artifact, Take

ARCHIVES = (
    ".tar",
    ".tar.gz",
    ".tgz",
    ".tar.bz2",
    ".tbz2",
    ".tbz",
    ".tar.xz",
    ".txz",
    ".tar.zst",
    ".tar.lzma",
    ".tar.z",
)
"""Names of archives that ADD unpacks."""


def names(artifact: Artifact) -> tuple[str, str]:
    """The names of an artifact on the host and in its stage."""
    return artifact.host.lower(), artifact.path.flat.lower()


def unpacks(take: Take, artifact: Artifact) -> bool:
    """Whether an instruction may unpack an artifact: ADD of what one of its names says is an archive."""
    return take.instruction.keyword == "ADD" and any(name.endswith(ARCHIVES) for name in names(artifact))


def unpack_commands(builder: BuildFile, archives: Iterable[tuple[Artifact, str]], spelling: Spelling) -> list[str]:
    """The commands that unpack each archive into its folder. Raises `Refusal` for a stage without a shell."""
    lines: dict[str, None] = {}
    for artifact, folder in archives:
        if builder.state.image == "scratch":
            raise refuse("STG404", "the archive comes from a stage without a shell, which cannot unpack it",
                         builder.source, builder.target.from_instruction.span)  # fmt: skip
        path = spelling.spell(artifact.path, len(builder.target.instructions))
        lines[f"mkdir {folder} && tar -x{_compression(artifact.path.flat)}f {path} -C {folder}"] = None
    return list(lines)


def _compression(name: str) -> str:
    """The letter for tar: a small tar does not look for itself."""
    lower = name.lower()
    if lower.endswith((".gz", ".tgz")):
        return "z"
    if lower.endswith((".bz2", ".tbz2", ".tbz")):
        return "j"
    return "J" if lower.endswith((".xz", ".txz")) else ""
