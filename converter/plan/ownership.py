"""Who owns an artifact in the build image, and does it carry special bits?

The legacy flow gives everything to root: `docker cp` by root and `COPY` from the context
both make 0:0 (measured, semantics of both builders). `COPY --from` keeps the owner that
the file has in the stage, so `--chown=0:0` makes them equal wherever that may be another.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from converter.diagnostics import Refusal, refuse
from converter.dockerfile.stages import find_stage
from converter.dockerfile.syntax import Instruction
from converter.plan.dockerfiles import BuildFile
from converter.plan.facts import ROOT_USERS
from converter.plan.runs_text import run_text

_OWNERS = r"""(?x)
    \b(chown|chgrp|useradd|adduser|su|sudo|gosu|su-exec|setpriv|runuser|cpio|rsync|tar|bsdtar|unsquashfs|newuidmap)\b
    | \bcp\s+(-\w*[ap]|--archive|--preserve)
    | (?:^|[;&|(]\s*|\n\s*|\bsudo\s+)install\s+(?:\S+\s+)*?(-[a-zA-Z]*[og]\b|--owner|--group)
    | \bchmod\s+(-\w+\s+)*(\S*[+=][rwxXt]*s|\S*\+t|0?[1-7][0-7]{3}\b)
    | -m\s*0?[1-7][0-7]{3}\b
    """
_CAPABILITIES = r"\b(setcap|filecap|setfattr)\b"
_WORDS = frozenset(
    """
    chown chgrp useradd adduser su sudo gosu setpriv runuser cpio rsync tar bsdtar unsquashfs newuidmap cp install
    chmod setcap filecap setfattr
    """.split()
)
"""Each match of the patterns holds one of these, or `-m`: most instructions do not, and patterns are compiled when first used."""


def may_be_anothers(file: BuildFile) -> str | None:
    """Why an artifact of the image may not be root's or may have special bits; None where nothing says so.

    Judged from the instructions of the stage and of those it is built from, and from what the base brings.
    Raises `Refusal` for file capabilities, which `COPY --from` would keep and the legacy flow loses.
    """
    if file.added:
        if file.state.final.user not in ROOT_USERS:
            return "the user that the container works as may not be root"
        found = _text_may_change(file.added, lambda message: refuse("STG505", message, help=_CAPABILITY_HELP))
        if found is not None:
            return found
    return _stage_may_be_anothers(file, file.target.index)


def _stage_may_be_anothers(file: BuildFile, start: int) -> str | None:
    index: int | None = start
    while index is not None:
        state = file.states[index]
        stage = file.stages[index]
        for scope, instruction in zip(state.scopes, stage.instructions, strict=True):
            if instruction.keyword in ("RUN", "COPY", "ADD", "WORKDIR"):
                if scope.user is None:
                    return f"the user of the base image {_shown(state.image)} is not known"
                if scope.user not in ROOT_USERS and instruction.keyword != "COPY":
                    return f"the builder works as user {scope.user}"
            reason = _instruction(instruction, file)
            if reason is not None:
                return reason
        if not stage.instructions and state.final.user is None:
            return f"the user of the base image {_shown(state.image)} is not known"
        index = state.parent
    return None


_CAPABILITY_HELP = "set them in the runtime Dockerfile, where they have an effect, or remove them here"


def _text_may_change(text: str, refusal: Callable[[str], Refusal]) -> str | None:
    """Why commands may change owners or special bits; raises the refusal for file capabilities."""
    if "-m" not in text and _WORDS.isdisjoint(re.findall(r"\w+", text)):
        return None
    if re.search(_CAPABILITIES, text):
        raise refusal(
            "file capabilities are set here; they are lost on today's way through the host and `COPY --from` keeps them"
        )
    found = re.search(_OWNERS, text)
    return f"the builder runs `{found.group(0).strip()}`" if found else None


def _copied_from(value: str, file: BuildFile) -> str | None:
    """`COPY --from` keeps owners: those of a stage of the file are looked at, those of an image are not known."""
    if value.isdigit() and int(value) < len(file.stages):
        return _stage_may_be_anothers(file, int(value))
    found = find_stage(file.stages, value)
    if found is None:
        return f"the builder copies files from the image {value}"
    return _stage_may_be_anothers(file, found.index)


def _may_be_archive(name: str) -> bool:
    """Whether a source of ADD may be an archive that it unpacks, with the owners in it."""
    if name.startswith(("http://", "https://", "git@")) or name in (".", "./"):
        return False
    base = name.rstrip("/").rpartition("/")[2]
    return (
        any(character in name for character in "$*?[") or ".t" in base or base.endswith((".gz", ".xz", ".bz2", ".zst"))
    )


def _shown(image: str) -> str:
    return re.sub("\x00\\d+\x01", "...", image)


def _instruction(instruction: Instruction, file: BuildFile) -> str | None:
    keyword = instruction.keyword
    if keyword == "RUN":
        return _text_may_change(
            run_text(instruction, file.source),
            lambda message: refuse("STG505", message, file.source, instruction.span, _CAPABILITY_HELP),
        )
    if keyword in ("COPY", "ADD"):
        if instruction.flag("chown") is not None:
            return f"the builder has a {keyword} --chown"
        origin = instruction.flag("from")
        if origin is not None:
            return _copied_from(origin.value or "", file)
        if keyword == "ADD" and any(_may_be_archive(argument.value) for argument in instruction.arguments[:-1]):
            return "the builder may unpack an archive with ADD"
    return None
