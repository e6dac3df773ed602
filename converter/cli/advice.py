"""What the person can do next, as commands to copy."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

_ALONE = frozenset({"--diff", "--check", "--write", "--verbose", "-v", "--debug"})
_WITH_VALUE = frozenset({"--out", "--format", "--color"})


def same_call(command: Sequence[str], arguments: Sequence[str] | None, *more: str) -> str:
    """The command line of `stageify convert` again, without what it said about output, and with more flags."""
    words = ["stageify", "convert", *_without_output_flags(command), *more]
    return shlex.join([*words, "--", *arguments] if arguments is not None else words)


def _without_output_flags(command: Sequence[str]) -> list[str]:
    kept = []
    words = iter(command)
    for word in words:
        if word in _WITH_VALUE:
            next(words, None)
        elif word not in _ALONE and word.partition("=")[0] not in _WITH_VALUE:
            kept.append(word)
    return kept
