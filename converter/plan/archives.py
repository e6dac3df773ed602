"""An archive that the runtime Dockerfile unpacks with ADD is unpacked in the stage that it comes from."""

from __future__ import annotations

from collections.abc import Iterable

from converter.diagnostics import refuse
from converter.plan.dockerfiles import BuildFile
from converter.plan.spelling import Spelling
from converter.plan.takes import Artifact


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
