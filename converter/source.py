"""A text and the places in it.

Every span, event, diagnostic and ledger entry points into a `Source`. Offsets
count characters of the decoded text; lines and columns are counted from 1.
The text keeps each byte of the file: line ends, tabs and a byte order mark
are characters like any other.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable

from msgspec import Struct

MAX_SOURCE_BYTES = 1 << 20
"""The largest file that is read as a Dockerfile or a script: 1 MiB."""


class Span(Struct, frozen=True, order=True):
    """A half-open range of character offsets, `start <= end`."""

    start: int
    end: int

    def __contains__(self, other: object) -> bool:
        return isinstance(other, Span) and self.start <= other.start and other.end <= self.end


class Location(Struct, frozen=True):
    """A place in a named file: path relative to the root, lines and columns from 1.

    `end_line` and `end_column` name the position just behind the last character.
    """

    file: str
    line: int
    column: int
    end_line: int
    end_column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class SourceError(Exception):
    """A file that cannot be read as text; `line` and `column` say where it stops being one."""

    def __init__(self, path: str, reason: str, line: int = 1, column: int = 1) -> None:
        super().__init__(f"{path}:{line}:{column}: {reason}")
        self.path = path
        self.reason = reason
        self.line = line
        self.column = column


class Source:
    """A named text: `path` is relative to the root, with forward slashes. Equal where both are."""

    __slots__ = ("_line_starts", "path", "text")

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self._line_starts: list[int] | None = None

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Source) and (self.path, self.text) == (other.path, other.text))

    def __hash__(self) -> int:
        return hash((self.path, self.text))

    def __repr__(self) -> str:
        return f"Source({self.path!r}, {len(self.text)} characters)"

    @property
    def file(self) -> Source:
        """The file that the text stands in: itself, unless it was made out of another text."""
        return self

    def written(self, span: Span, at: Source | None = None) -> str:
        """What the file says for the span, as it may stand in the text `at` of the same file."""
        return self.slice(span)

    def expression(self, text: str, span: Span) -> str:
        """How the file writes an expression of this text that stands at the span; empty where it does not."""
        return text

    @property
    def line_starts(self) -> list[int]:
        """The offset of each line's first character; found when first asked for."""
        if self._line_starts is None:
            starts = [0]
            find = self.text.find
            position = find("\n")
            while position != -1:
                starts.append(position + 1)
                position = find("\n", position + 1)
            self._line_starts = starts
        return self._line_starts

    @staticmethod
    def decode(path: str, data: bytes) -> Source:
        """Reads bytes as UTF-8, keeping every one of them.

        Raises `SourceError` for a file that is too large, binary or not UTF-8.
        """
        if len(data) > MAX_SOURCE_BYTES:
            raise SourceError(path, f"the file has {len(data):,} bytes; at most {MAX_SOURCE_BYTES:,} are read")
        nul = data.find(b"\0")
        if nul != -1:
            line, column = _byte_position(data, nul)
            raise SourceError(path, "the file is binary: it has a NUL byte", line, column)
        try:
            return Source(path, data.decode("utf-8"))
        except UnicodeDecodeError as error:
            line, column = _byte_position(data, error.start)
            raise SourceError(path, f"the file is not UTF-8: byte 0x{data[error.start]:02x}", line, column) from None

    @property
    def newline(self) -> str:
        """The line end of this text: that of its first line, `\\n` where it has none."""
        first = self.text.find("\n")
        return "\r\n" if first > 0 and self.text[first - 1] == "\r" else "\n"

    def slice(self, span: Span) -> str:
        """The characters of the span."""
        return self.text[span.start : span.end]

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column, both from 1, of a character offset."""
        starts = self.line_starts
        line = bisect_right(starts, offset)
        return line, offset - starts[line - 1] + 1

    def location(self, span: Span) -> Location:
        """The span as lines and columns."""
        return Location(self.path, *self.position(span.start), *self.position(span.end))

    def line_count(self) -> int:
        """How many lines the text has; a last line without a line end counts."""
        return len(self.line_starts) - (1 if self.text.endswith("\n") or not self.text else 0)

    def line_span(self, line: int) -> Span:
        """The span of a line, counted from 1, with its line end."""
        start = self.line_starts[line - 1]
        end = self.line_starts[line] if line < len(self.line_starts) else len(self.text)
        return Span(start, end)

    def line_text(self, line: int) -> str:
        """The characters of a line, counted from 1, without its line end."""
        return self.slice(self.line_span(line)).rstrip("\r\n")


class Edit(Struct, frozen=True):
    """Replace the characters of `span` by `text`; an empty span inserts."""

    span: Span
    text: str


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """The text with all edits made at once; whatever no edit names stays as it is.

    Edits may be given in any order; insertions at one offset keep the given order.
    Raises `ValueError` where two edits overlap.
    """
    pieces: list[str] = []
    position = 0
    for edit in sorted(edits, key=lambda edit: (edit.span.start, edit.span.end)):
        if edit.span.start < position:
            raise ValueError(f"overlapping edits at offset {edit.span.start}")
        pieces.append(text[position : edit.span.start])
        pieces.append(edit.text)
        position = edit.span.end
    pieces.append(text[position:])
    return "".join(pieces)


def _byte_position(data: bytes, offset: int) -> tuple[int, int]:
    start = data.rfind(b"\n", 0, offset) + 1
    return data.count(b"\n", 0, offset) + 1, len(data[start:offset].decode("utf-8", "replace")) + 1
