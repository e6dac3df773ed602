"""What the context argument of a build is."""

from __future__ import annotations

import re
from typing import Literal

from converter.docker_cli.tokens import UNKNOWN_START

ContextKind = Literal["path", "stdin", "remote", "unknown"]

_REMOTE_PREFIXES = ("http://", "https://", "git://", "git@", "github.com/", "ssh://")
_SCP_LIKE = r"[A-Za-z0-9_.-]+@[A-Za-z0-9.-]+:"


def is_remote_context(text: str) -> bool:
    """Whether docker fetches this context: an archive, a file or a git repository.

    docker/cli `urlutil`: `http://`, `https://`, `git://`, `git@` and `github.com/`
    (the last only where no folder of that name exists, which this cannot see);
    BuildKit adds `ssh://` and `user@host:path`.
    """
    return text.startswith(_REMOTE_PREFIXES) or ("@" in text and re.match(_SCP_LIKE, text) is not None)


def context_kind(text: str) -> ContextKind:
    """The kind of a context; `unknown` where its first characters are not known."""
    if text == "-":
        return "stdin"
    if text[:1] == UNKNOWN_START:
        return "unknown"
    return "remote" if is_remote_context(text) else "path"
