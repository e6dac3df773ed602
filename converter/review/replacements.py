"""A change to a file as replacements of whole lines, for formats that know no patch."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher

from msgspec import Struct

from converter.batch.changes import Change


class Replacement(Struct, frozen=True):
    """`text` takes the place of the lines from `start` up to, but without, `end`, both counted from 1.

    With `start == end` nothing goes, and the text is put before that line. `last` is the length of the file's last
    line where that one goes and has no line end, so that the place behind it is not the start of another line.
    """

    start: int
    end: int
    text: str
    last: int | None = None


def replacements(change: Change) -> Iterator[Replacement]:
    """The replacements that make a file that stays what it becomes, in the order of the file."""
    old, new = _lines(change.before), _lines(change.after)
    for kind, start, end, new_start, new_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind != "equal":
            yield _replacement(old, start, end, "".join(new[new_start:new_end]))


def span_of(change: Change) -> Replacement:
    """One replacement that holds all of them, of at least one line: what a code host's suggestion can express."""
    old, new = _lines(change.before), _lines(change.after)
    found = list(SequenceMatcher(None, old, new, autojunk=False).get_opcodes())
    first, last = found[0], found[-1]
    start, new_start = (first[2], first[4]) if first[0] == "equal" else (0, 0)
    end, new_end = (last[1], last[3]) if last[0] == "equal" else (len(old), len(new))
    if start == end and end < len(old):
        end, new_end = end + 1, new_end + 1
    elif start == end and start > 0:
        start, new_start = start - 1, new_start - 1
    return _replacement(old, start, end, "".join(new[new_start:new_end]))


def _replacement(old: list[str], start: int, end: int, text: str) -> Replacement:
    unended = end == len(old) and old and not old[-1].endswith("\n")
    return Replacement(start + 1, end + 1, text, len(old[-1]) if unended else None)


def _lines(data: bytes | None) -> list[str]:
    lines = (data or b"").decode("utf-8", "surrogateescape").split("\n")
    last = lines.pop()
    return [line + "\n" for line in lines] + ([last] if last else [])
