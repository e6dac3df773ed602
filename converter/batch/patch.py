"""Changes as a unified diff that `git apply` and `patch -p1` take from the root."""

from __future__ import annotations

import stat
from collections.abc import Iterable

from converter.batch.changes import Change

CONTEXT_LINES = 3
_ESCAPES = {7: "a", 8: "b", 9: "t", 10: "n", 11: "v", 12: "f", 13: "r", 34: '"', 92: "\\"}


def patch(changes: Iterable[Change], git_headers: bool = True) -> bytes:
    """The changes as one diff, in the given order; empty where nothing changes.

    `git_headers` puts git's `diff --git` line with the file modes in front of each file. Such a diff is taken by git
    as relative to the top of the work tree, and `git apply` in a subfolder silently skips it all; so for a root that
    is one, they have to be left out, and the diff is relative to where it is applied.
    """
    return b"".join(_file(change, git_headers) for change in changes if change.before != change.after)


def _file(change: Change, git_headers: bool) -> bytes:
    old, new = _quoted("a/" + change.path), _quoted("b/" + change.path)
    lines = []
    if git_headers:
        lines.append(f"diff --git {old} {new}")
        if change.before is None:
            lines.append(f"new file mode {_git_mode(change.mode)}")
        elif change.after is None:
            lines.append(f"deleted file mode {_git_mode(change.mode)}")
    if change.before or change.after:
        lines.append("--- " + ("/dev/null" if change.before is None else _ended(old)))
        lines.append("+++ " + ("/dev/null" if change.after is None else _ended(new)))
    header = "".join(line + "\n" for line in lines).encode("utf-8", "surrogateescape")
    return header + _hunks(_lines(change.before or b""), _lines(change.after or b""))


def _hunks(old: list[bytes], new: list[bytes]) -> bytes:
    from difflib import SequenceMatcher

    pieces = []
    for group in SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(CONTEXT_LINES):
        first, last = group[0], group[-1]
        pieces.append(f"@@ -{_range(first[1], last[2])} +{_range(first[3], last[4])} @@\n".encode())
        for tag, old_start, old_end, new_start, new_end in group:
            if tag == "equal":
                pieces.extend(_line(b" ", line) for line in old[old_start:old_end])
            else:
                pieces.extend(_line(b"-", line) for line in old[old_start:old_end])
                pieces.extend(_line(b"+", line) for line in new[new_start:new_end])
    return b"".join(pieces)


def _line(sign: bytes, line: bytes) -> bytes:
    return sign + line if line.endswith(b"\n") else sign + line + b"\n\\ No newline at end of file\n"


def _lines(data: bytes) -> list[bytes]:
    """Lines as patch sees them: only a line feed ends one, and a carriage return is part of it."""
    lines = data.split(b"\n")
    last = lines.pop()
    return [line + b"\n" for line in lines] + ([last] if last else [])


def _range(start: int, end: int) -> str:
    """A line range of a hunk: counted from 1, except that an empty one names the line before it."""
    length = end - start
    if length == 1:
        return str(start + 1)
    return f"{start + 1 if length else start},{length}"


def _git_mode(mode: int) -> str:
    """The four modes that git knows: a link, an executable file, any other file."""
    if stat.S_ISLNK(mode):
        return "120000"
    return "100755" if mode & 0o100 else "100644"


def _quoted(name: str) -> str:
    """A file name as git writes it with its default settings: quoted, with octal escapes, where it is not plain ASCII."""
    data = name.encode("utf-8", "surrogateescape")
    if all(32 <= byte < 127 and byte not in (34, 92) for byte in data):
        return name
    return '"' + "".join(_escaped(byte) for byte in data) + '"'


def _escaped(byte: int) -> str:
    if byte in _ESCAPES:
        return "\\" + _ESCAPES[byte]
    return chr(byte) if 32 <= byte < 127 else f"\\{byte:03o}"


def _ended(name: str) -> str:
    """A name with a space gets a tab behind it, as git does it, so that patch sees where it ends."""
    return name + "\t" if " " in name and not name.startswith('"') else name
