"""Whether a text of the tree names a certain file of it.

A name alone says little where many folders hold a `Dockerfile.build`. What stands before it, and which files of that
name the tree has, decide: a mention means the files that fit it, and where none fits it may mean any.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from converter.machine import paths
from converter.machine.host import StartingFiles

_ENDS_A_WORD = frozenset(" \t\r\n\"'`=:,;()<>|&[]{}")
_UNCERTAIN = re.compile(r"[$*?%~\\]|^\.\.$")
_EVERY_FOLDER = re.compile(r"\*/|/\*")


def mention(name: str, text: str, path: str, start: StartingFiles) -> int | None:
    """The offset at which the text of the file `name` may name the file `path`, None where it does not."""
    base = path.rpartition("/")[2]
    if base not in text or name == path:
        return None
    for found in re.finditer(rf"(?<![\w.-]){re.escape(base)}(?![\w-]|\.\w)", text):
        if _may_mean(name, text, found.start(), path, start):
            return found.start()
    return None


def _may_mean(name: str, text: str, offset: int, path: str, start: StartingFiles) -> bool:
    base = paths.base_name(path)
    folders = _folders_before(text, offset)
    if folders:
        fitting = [other for other in start.named(base) if _parents(other)[-len(folders) :] == folders]
        return path in fitting or not fitting
    nearest = paths.parent(name)
    while nearest and f"{nearest}/{base}" not in start.files:
        nearest = paths.parent(nearest)
    own = f"{nearest}/{base}" if nearest else base
    if own == path or own not in start.files:
        return True
    # The text means the file beside it, unless it goes elsewhere: into a folder that it names, or into all of them.
    folder = paths.base_name(paths.parent(path))
    return bool(_EVERY_FOLDER.search(text)) or (
        folder != "" and re.search(rf"(?<![\w.-]){re.escape(folder)}(?![\w.-])", text) is not None
    )


def _folders_before(text: str, offset: int) -> Sequence[str]:
    """The folders that are written directly before a name, from the last one on that is not certain."""
    first = offset
    while first > 0 and text[first - 1] not in _ENDS_A_WORD:
        first -= 1
    folders: list[str] = []
    for part in text[first:offset].split("/")[:-1]:
        if part == "" or _UNCERTAIN.search(part):
            folders.clear()
        elif part != ".":
            folders.append(part)
    return folders


def _parents(path: str) -> list[str]:
    return path.split("/")[:-1]
