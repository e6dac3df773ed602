"""What the tests of this package share: command lines as text, unknown values as names in braces."""

from __future__ import annotations

import shlex

from converter.docker_cli.commands import Command
from converter.docker_cli.parse import parse
from converter.docker_cli.words import Flag, Word

UNKNOWN = "\x001\x01"


def line(text: str) -> list[str]:
    """Splits a line as a shell does; each `{}` becomes an unknown token."""
    return [word.replace("{}", UNKNOWN) for word in shlex.split(text)]


def read(text: str) -> Command:
    """Parses the line."""
    return parse(line(text))


def texts(words: tuple[Word, ...]) -> list[str]:
    """The texts of the words, checked against the places that they name."""
    return [word.text.replace(UNKNOWN, "{}") for word in words]


def text(word: Word | None) -> str | None:
    """The text of a word that may be missing."""
    return None if word is None else word.text.replace(UNKNOWN, "{}")


def shown(flag: Flag) -> str:
    """A flag in one line: name, value or boolean, arguments, start of the value."""
    value = "" if flag.value is None else f"={flag.value.text.replace(UNKNOWN, '{}')}@{flag.value.start}"
    boolean = "" if flag.boolean is None else f" {flag.boolean}"
    return f"{flag.name}{value}{boolean} {flag.first}-{flag.last}"
