"""Modes that the commands of a builder give to what they make, as far as their text tells."""

from __future__ import annotations

import re
from collections.abc import Iterator

from converter.machine import paths
from converter.plan.dockerfiles import BuildFile
from converter.plan.kinds.commands import BuildCommand, commands_of

_OCTAL = re.compile(r"0?[0-7]{3,4}")
_SYMBOLIC = re.compile(r"[ugoa]*[-+=][rwxXst]*(,[ugoa]*[-+=][rwxXst]*)*")


def given_modes(builder: BuildFile, path: str) -> Iterator[tuple[str, str]]:
    """Each path at or below `path` with the mode word that a `chmod`, `mkdir -m` or `install -m` may give it, in order."""
    for command in commands_of(builder):
        mode, words = _mode(command)
        if mode is None:
            continue
        for word in words:
            place = command.place(word)
            if place is not None and (place == path or paths.is_below(place, path)):
                yield place, mode


def loses_to_umask(mode: str) -> bool:
    """Whether a copy that `cp` makes under the umask 022 has another mode: setuid, setgid, sticky, writable for others."""
    if _OCTAL.fullmatch(mode):
        return bool(int(mode, 8) & 0o7022)
    return any(
        re.match(r"[ugoa]*[+=]\w*[st]", part) or re.match(r"(\w*[goa]\w*)[+=]\w*w", part) for part in mode.split(",")
    )


def is_usual_for_a_folder(mode: str) -> bool:
    """Whether a folder that was made with 0755 has that mode afterwards as well."""
    if _OCTAL.fullmatch(mode):
        return int(mode, 8) == 0o755
    return not loses_to_umask(mode) and not re.search(r"-\w*[rwxX]|=", mode)


def is_that_of_a_file(mode: str) -> bool:
    """Whether nobody gives the mode to a folder: setuid, or none may enter it."""
    return bool(_OCTAL.fullmatch(mode)) and (int(mode, 8) & 0o4000 != 0 or int(mode, 8) & 0o111 == 0)


def _mode(command: BuildCommand) -> tuple[str | None, list[str]]:
    """The mode word of a command that sets one, and the words that name what gets it."""
    words = list(command.words[1:])
    if command.program == "chmod":
        rest = [word for word in words if not word.startswith("--") and word not in ("-R", "-v", "-f", "-c")]
        if rest and (_OCTAL.fullmatch(rest[0]) or _SYMBOLIC.fullmatch(rest[0])):
            return rest[0], rest[1:]
    elif command.program in ("mkdir", "install"):
        for index, word in enumerate(words):
            found = re.fullmatch(r"(?:-\w*m|--mode=?)(.*)", word)
            if found is not None:
                value = found.group(1) or (words[index + 1] if index + 1 < len(words) else "")
                named = [other for other in words if not other.startswith("-") and other != value]
                return value, _installed(named) if command.program == "install" and "-d" not in words else named
    return None, []


def _installed(named: list[str]) -> list[str]:
    """Where `install` may put its files: its last word, or a file of that name in it."""
    if len(named) < 2:
        return []
    place = named[-1].rstrip("/")
    return [named[-1], *(f"{place}/{paths.base_name(name)}" for name in named[:-1])]
