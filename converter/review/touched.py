"""What a change touches: the files and lines that a unified diff names.

unidiff, the library for this, stops at git's own output where a name holds ` b/`; names are read here from the lines
that state them alone, and from `diff --git` only where both halves are the same.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct, field

from converter.batch.problems import Problem

_HUNK = re.compile(rb"@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_NAMES = (b"rename from ", b"rename to ", b"copy to ")
_PREFIXED = re.compile(r"[abciow12]/")
"""The first folder of a name in a diff: `a/` and `b/`, or what diff.mnemonicPrefix and --no-index write."""

_ESCAPE = re.compile(rb"\\([0-7]{3}|.)", re.DOTALL)
_LETTERS = {b"a": b"\a", b"b": b"\b", b"t": b"\t", b"n": b"\n", b"v": b"\v", b"f": b"\f", b"r": b"\r"}


class Touched(Struct, frozen=True):
    """`files` are all names that the change knows, old names and deleted files included; `lines` the lines, counted
    from 1, that it adds or changes in the files as they are now."""

    files: frozenset[str]
    lines: Mapping[str, frozenset[int]] = field(default_factory=dict)

    def has(self, path: str) -> bool:
        """Whether a file is touched, or a folder around it: git names the folder of a submodule."""
        parts = path.split("/")
        return any("/".join(parts[:length]) in self.files for length in range(1, len(parts) + 1))


def read_diff(data: bytes, folder: str = "") -> Touched:
    """The files and lines of a unified diff, as git or diff writes it, with any number of context lines.

    With `folder`, names below it count from there and other names stay as they are. Raises `Problem` for text that
    is no such diff.
    """
    files: set[str] = set()
    lines: dict[str, set[int]] = {}
    for names, added in _entries(data):
        known = [name.removeprefix(f"{folder}/") if folder else name for name in names]
        files.update(known)
        if added and known:
            lines.setdefault(known[-1], set()).update(added)
    if not files and data.strip():
        raise Problem("there is no unified diff in what was given", "`git diff BASE...HEAD` writes one")
    return Touched(frozenset(files), {path: frozenset(numbers) for path, numbers in lines.items()})


def _entries(data: bytes) -> Iterator[tuple[list[str], list[int]]]:
    """The names of each file of the diff, the new one last, and the lines that it adds."""
    lines = iter(enumerate(data.removesuffix(b"\n").split(b"\n"), 1))
    header: bytes | None = None
    old: bytes | None = None
    names: list[str] = []
    added: list[int] = []
    for number, line in lines:
        if line.startswith((b"diff --git ", b"diff --cc ", b"diff --combined ")) or (
            line.startswith(b"--- ") and (header is None or old is not None)
        ):
            if names := names or _from_header(header):
                yield names, added
            header, old, names, added = None, None, [], []
        if line.startswith(b"diff --"):
            header = line
        elif line.startswith(_NAMES):
            names.append(_name(line.split(b" ", 2)[2]))
        elif line.startswith(b"--- "):
            old = line[4:]
        elif line.startswith(b"+++ ") and old is not None:
            stated = _stated(old, line[4:])
            names = [*(name for name in names if name not in stated), *stated]
        elif old is not None and (hunk := _HUNK.match(line)):
            added += _added(hunk, lines, number)
    if names := names or _from_header(header):
        yield names, added


def _added(hunk: re.Match[bytes], lines: Iterable[tuple[int, bytes]], number: int) -> Iterator[int]:
    """The new numbers of the added lines of a hunk, whose body is taken from `lines` by the lengths in its head."""
    left_old, left_new = (int(length) if length else 1 for length in (hunk[1], hunk[3]))
    current = int(hunk[2])
    if not (left_old or left_new):
        return
    for here, line in lines:
        sign = line[:1]
        if sign == b"+":
            yield current
        if sign in (b"+", b" ", b"", b"\r"):
            left_new -= 1
            current += 1
        if sign in (b"-", b" ", b"", b"\r"):
            left_old -= 1
        if sign not in (b"+", b"-", b" ", b"", b"\r", b"\\") or left_new < 0 or left_old < 0:
            raise Problem(f"the diff is damaged at its line {here}")
        if not (left_old or left_new):
            return
    raise Problem(f"the diff breaks off in the hunk that begins at its line {number}")


def _stated(old: bytes, new: bytes) -> list[str]:
    """The names of a `---` and a `+++` line, without the prefixes that only tell the two sides apart."""
    sides = [_name(side) for side in (old, new)]
    named = [side for side in sides if side != "/dev/null"]
    if len(named) < 2 or sides[0][:2] != sides[1][:2]:
        named = [side[2:] if _PREFIXED.match(side) else side for side in named]
    return list(dict.fromkeys(named))


def _from_header(header: bytes | None) -> list[str]:
    """The name in a `diff --git` line of a change that states none elsewhere: of a mode, or of binary contents."""
    if header is None:
        return []
    kind, _, rest = header.removeprefix(b"diff --").partition(b" ")
    if kind in (b"cc", b"combined"):
        return [_name(rest)]
    half = rest[: (len(rest) - 1) // 2], rest[(len(rest) + 1) // 2 :]
    stated = _stated(*half)
    return stated if len(stated) == 1 else []


def _name(stated: bytes) -> str:
    """A name as git or diff writes it: quoted where it has to be, a tab and perhaps a time stamp behind it."""
    stated = stated.removesuffix(b"\r")
    if stated.startswith(b'"'):
        return os.fsdecode(_ESCAPE.sub(_unescaped, stated[1:].rpartition(b'"')[0]))
    return os.fsdecode(stated.partition(b"\t")[0])


def _unescaped(escape: re.Match[bytes]) -> bytes:
    what = escape[1]
    return bytes([int(what, 8) & 0xFF]) if len(what) == 3 else _LETTERS.get(what, what)
