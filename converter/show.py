"""A diagnostic with the source line that it speaks of, and a mark under the place; a patch with its styles."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from converter.diagnostics import Diagnostic
from converter.printable import Line, visible
from converter.source import Location, Source

TAB_CELLS = 4
MAX_CELLS = 110
"""Of a longer line, the part around the place is shown."""

_CELLS_BEFORE = 30


def diagnostic_lines(found: Diagnostic, texts: Mapping[str, Source]) -> list[Line]:
    """The diagnostic as lines, with the source line where its text is among `texts`."""
    lines: list[Line] = [
        ((f"{found.severity}[{found.code}]", found.severity), (f": {visible(found.message)}", "heading"))
    ]
    margin = " "
    if found.location is not None:
        excerpt = _excerpt(found.location, texts.get(found.location.file))
        number = str(found.location.line) if excerpt else ""
        margin = " " * max(len(number), 1)
        lines.append(((f"{margin}--> ", "quiet"), (visible(str(found.location)), "path")))
        if excerpt:
            text, mark = excerpt
            lines.append(((f"{margin} |", "quiet"),))
            lines.append(((f"{number} | ", "quiet"), (text, "")))
            lines.append(((f"{margin} | ", "quiet"), (mark, found.severity)))
    if found.help:
        lines.append(((f"{margin} = help: ", "quiet"), (visible(found.help), "")))
    return lines


def patch_lines(patch: str) -> list[Line]:
    """A unified diff as lines, each with its style; the text is as it was."""
    lines = patch.removesuffix("\n").split("\n") if patch else []
    return [((line, _patch_style(line)),) for line in lines]


def _patch_style(line: str) -> str:
    if line.startswith(("diff --git ", "--- a/", "+++ b/", "--- /dev/null", "+++ /dev/null")):
        return "heading"
    return {"+": "added", "-": "removed", "@": "hunk"}.get(line[:1], "")


def _excerpt(location: Location, source: Source | None) -> tuple[str, str] | None:
    """The line of a place and the mark under it, in cells of a terminal; None where the text has no such line."""
    if source is None or not 1 <= location.line <= source.line_count():
        return None
    text = source.line_text(location.line)
    start = min(max(location.column - 1, 0), len(text))
    end = location.end_column - 1 if location.end_line == location.line else len(text)
    end = min(max(end, start), len(text))
    shown = [_shown(character) for character in text]
    before, marked = _cells(shown[:start]), max(_cells(shown[start:end]), 1)
    line = "".join(cell for cell, _ in shown)
    if _cells(shown) > MAX_CELLS:
        line, before, marked = _window(shown, start, marked)
    return line, " " * before + "~" * (marked - 1) + "^"


def _window(shown: list[tuple[str, int]], start: int, marked: int) -> tuple[str, int, int]:
    """The part of a long line that begins a little before the place; three dots stand for what is left out."""
    first = start
    room = _CELLS_BEFORE
    while first > 0 and shown[first - 1][1] <= room:
        first -= 1
        room -= shown[first][1]
    last = first
    room = MAX_CELLS
    while last < len(shown) and shown[last][1] <= room:
        room -= shown[last][1]
        last += 1
    front, back = "..." if first else "", "..." if last < len(shown) else ""
    before = len(front) + _cells(shown[first:start])
    line = front + "".join(cell for cell, _ in shown[first:last]) + back
    return line, before, max(1, min(marked, len(front) + _cells(shown[first:last]) - before))


def _cells(shown: list[tuple[str, int]]) -> int:
    return sum(width for _, width in shown)


def _shown(character: str) -> tuple[str, int]:
    """How a character is printed, and how many cells of a terminal that takes."""
    if character == "\t":
        return " " * TAB_CELLS, TAB_CELLS
    if " " <= character <= "~":
        return character, 1
    if character == "\ufeff":
        return "", 0
    text = visible(character)
    if text != character:
        return text, len(text)
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return character, 0
    return character, 2 if unicodedata.east_asian_width(character) in "WF" else 1
