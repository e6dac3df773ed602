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
_GOES_ANYWHERE = re.compile(
    r"\bfor\s+\w+\s+in\s[^;\n]*[*$`]|\bxargs\b|\b(?:cd|pushd)\s+(?!\S*(?:dirname|\$\{?0|BASH_SOURCE))\S*[$`]|\s-C\s*(?!\S*dirname)\S*[$`]"
)
"""A text that goes into folders which it does not name: all of a kind, or one from a variable; not its own folder."""


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
    word = _word_before(text, offset)
    if "*" in word:
        return True
    folders = _folders_of(word)
    if folders:
        fitting = [other for other in start.named(base) if _parents(other)[-len(folders) :] == folders]
        return path in fitting or not fitting
    folder, place = paths.parent(path), paths.parent(name)
    if folder == "" or folder == place or place.startswith(folder + "/"):
        # The file lies beside the text or above it, where whoever reads the text may be started.
        return True
    if f"{place}/{base}" not in start.files and paths.is_below(path, place):
        return True
    # The text means a file beside it or above it, or none, unless it goes elsewhere.
    return bool(_GOES_ANYWHERE.search(text)) or all(
        re.search(rf"(?<![\w.-]){re.escape(part)}(?![\w.-])", text) for part in _way(place, folder)
    )


def _way(place: str, folder: str) -> list[str]:
    """The folders that lead to another one from the innermost one that holds both."""
    here, there = place.split("/"), folder.split("/")
    while here and there and here[0] == there[0]:
        del here[0], there[0]
    return there


def _word_before(text: str, offset: int) -> str:
    """What is written directly before a name."""
    first = offset
    while first > 0 and text[first - 1] not in _ENDS_A_WORD:
        first -= 1
    return text[first:offset]


def _folders_of(word: str) -> Sequence[str]:
    """The folders that a word leads through, from the last one on that is not certain."""
    folders: list[str] = []
    for part in word.split("/")[:-1]:
        if part == "" or _UNCERTAIN.search(part):
            folders.clear()
        elif part != ".":
            folders.append(part)
    return folders


def _parents(path: str) -> list[str]:
    return path.split("/")[:-1]
