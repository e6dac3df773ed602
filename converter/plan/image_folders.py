"""Which RUN instructions of an image surely make a folder."""

from __future__ import annotations

import re

from converter.dockerfile.environment import Scope, target_path
from converter.machine import paths

_UNSURE = r"\|\||[;|`'\"\\\n<>(){}*?\[]|\$\(|\b(?:if|for|while|case|rm|mv|ln|rmdir)\b"
"""What makes it unsure whether all commands of a RUN have run, or what they name."""

_KEEPING = frozenset({"chown", "chmod", "chgrp", "ls"})
"""Commands that leave a folder a folder."""


def makes_folder(text: str, scope: Scope, folder: str) -> bool:
    """Whether a RUN surely leaves a folder of that path: `mkdir` in a chain of which each command has to succeed."""
    if re.search(_UNSURE, text) or scope.shell not in (None, ("/bin/sh", "-c")):
        return False
    here = scope.workdir
    found = False
    for command in text.split("&&"):
        words = command.split()
        places = [target_path(here or "", scope.expand(word)) for word in words[1:] if not word.startswith("-")]
        inside = [p for p in places if p is not None and (p.rstrip("/") == folder or paths.is_below(p, folder))]
        if words[:1] == ["cd"]:
            here = None
        elif words[:1] == ["mkdir"]:
            found = found or bool(inside)
        elif inside and words[0] not in _KEEPING:
            return False
    return found
