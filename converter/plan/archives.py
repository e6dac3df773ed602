"""An archive that the runtime Dockerfile unpacks with ADD is unpacked in the stage that it comes from."""

from __future__ import annotations

from collections.abc import Iterable

from converter.diagnostics import refuse
from converter.plan.dockerfiles import BuildFile
from converter.plan.facts import ROOT_USERS
from converter.plan.spelling import Spelling
from converter.plan.takes import Artifact


def unpack_lines(builder: BuildFile, archives: Iterable[tuple[Artifact, str]], spelling: Spelling) -> list[str]:
    """The instructions that unpack each archive into its folder. Raises `Refusal` for a stage without a shell."""
    keyword = builder.source.slice(builder.target.from_instruction.keyword_span)
    spelled = str.lower if keyword.islower() else str.upper
    lines: dict[str, None] = {}
    for artifact, folder in archives:
        if builder.state.image == "scratch":
            raise refuse("STG404", "the archive comes from a stage without a shell, which cannot unpack it",
                         builder.source, builder.target.from_instruction.span)  # fmt: skip
        if builder.state.final.user not in ROOT_USERS:
            lines[f"{spelled('USER')} root"] = None
        path = spelling.spell(artifact.path, len(builder.target.instructions))
        lines[f"{spelled('RUN')} mkdir {folder} && tar -x{_compression(artifact.path.flat)}f {path} -C {folder}"] = None
    return list(lines)


def _compression(name: str) -> str:
    """The letter for tar: a small tar does not look for itself."""
    lower = name.lower()
    if lower.endswith((".gz", ".tgz")):
        return "z"
    if lower.endswith((".bz2", ".tbz2", ".tbz")):
        return "j"
    return "J" if lower.endswith((".xz", ".txz")) else ""
