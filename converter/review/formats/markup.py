"""What several formats share: Markdown that shows a text as it is, and lines."""

from __future__ import annotations

import re

from converter.printable import visible
from converter.source import Location

_SPAN = re.compile(r"((?<!`)`[^`\n]+`(?!`))")
_SPECIAL = re.compile(r"([\\`*_\[\]<>|~&]|^[#+-])", re.MULTILINE)
_MENTION = re.compile(r"(?<!\w)@(?=\w)")


def last_line(location: Location) -> int:
    """The last line that a place has a character on."""
    ends_before = location.end_column == 1 and location.end_line > location.line
    return location.end_line - 1 if ends_before else location.end_line


def prose(text: str) -> str:
    """A message as Markdown: its code spans stay, everything else is shown literally and mentions nobody."""
    pieces = _SPAN.split(visible(text).replace("\t", " "))
    return "".join(piece if number % 2 else _literal(piece) for number, piece in enumerate(pieces))


def code(text: str) -> str:
    """A text as a code span, whatever backticks it holds."""
    shown = visible(text).replace("\t", " ")
    mark = "`" * (_longest_run(shown) + 1)
    space = " " if shown.startswith(("`", " ")) or shown.endswith(("`", " ")) or not shown else ""
    return f"{mark}{space}{shown}{space}{mark}"


def fenced(text: str, language: str = "diff") -> str:
    """A block of code, whatever backticks it holds."""
    mark = "`" * max(3, _longest_run(text) + 1)
    return f"{mark}{language}\n{text.rstrip(chr(10))}\n{mark}"


def _literal(text: str) -> str:
    return _MENTION.sub("@\u200b", _SPECIAL.sub(r"\\\1", text))


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)
