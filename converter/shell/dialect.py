"""Which shell runs a script: the interpreter line decides, or the shell that is called with the script's name.

`sh` is dash on Debian and Ubuntu, bash in its POSIX mode on Fedora and macOS, busybox on Alpine. So a word under `sh`
is known only where these agree. What dash cannot even read (arrays, `${x//a/b}`, `[[`) has bash's meaning there: a
recipe that works at all with such a line runs where `sh` is bash.
"""

from __future__ import annotations

from typing import Literal

Dialect = Literal["sh", "dash", "bash"]

_OF_NAMES: dict[str, Dialect] = {
    "sh": "sh", "ash": "sh", "busybox": "sh", "ksh": "sh", "mksh": "sh", "dash": "dash", "bash": "bash", "rbash": "bash",
}  # fmt: skip
OTHERS = frozenset(("zsh", "fish", "csh", "tcsh", "pwsh", "elvish", "nu", "xonsh"))
"""Shells whose language is another one, or differs in what an unquoted `$x` means (zsh)."""


def interpreter_name(text: str) -> str | None:
    """The base name of the program in the script's first line, `env` looked behind; None without such a line."""
    if not text.startswith("#!"):
        return None
    program, *words = text.partition("\n")[0][2:].split() or [""]
    if not program:
        return None
    name = program.rpartition("/")[2]
    if name == "env":
        words = [word for word in words if not word.startswith("-") and "=" not in word]
        name = words[0].rpartition("/")[2] if words else ""
    return name


def dialect_of_name(name: str) -> Dialect | None:
    """The dialect of a shell called by this name or path; None for a program that is no such shell."""
    base = name.rpartition("/")[2]
    plain = base.rstrip("0123456789.")
    return _OF_NAMES.get(plain if plain == base else plain.removesuffix("-"))


def dialect_of(text: str) -> Dialect:
    """The dialect of a script; `sh` without an interpreter line, and for one that is not a shell's."""
    return dialect_of_name(interpreter_name(text) or "sh") or "sh"
