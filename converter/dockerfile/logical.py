"""An instruction's line after its continuations are joined, and the way back to the source.

BuildKit joins the lines of an instruction before it looks at them
(`frontend/dockerfile/parser/parser.go`, `Parse`): the escape character and what
follows it go, comment lines and blank lines in between go, and everything else
stays, the white space at the start of a continued line included.
"""

from __future__ import annotations

import re
from bisect import bisect_right

from msgspec import Struct

from converter.source import Span

SPACE = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005"
    "\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)
"""White space as Go's `unicode.IsSpace` has it: what is trimmed around a line."""

TOKEN_SPACE = "\t\v\f\r "
"""White space between the words of an instruction (`reWhitespace` in BuildKit's parser)."""

TOKEN = re.compile(r"[^\t\v\f\r ]+")
"""A word of an instruction whose words are divided by white space alone."""


class LogicalLine(Struct, frozen=True):
    """The joined text of an instruction and where each piece of it stands in the source.

    Piece `i` starts at `starts[i]` in `text` and at `offsets[i]` in the source;
    `starts` begins with 0 and both are sorted.
    """

    text: str
    starts: tuple[int, ...]
    offsets: tuple[int, ...]

    def offset(self, index: int) -> int:
        """The source offset of the character at `index`; just behind the last one for `len(text)`."""
        if len(self.starts) == 1:
            return self.offsets[0] + index
        if index >= len(self.text) > 0:
            return self.offset(len(self.text) - 1) + 1
        piece = bisect_right(self.starts, index) - 1
        return self.offsets[piece] + index - self.starts[piece]

    def span(self, start: int, end: int) -> Span:
        """The source span of `text[start:end]`: from its first character to behind its last one.

        Continuations and comments between the two are inside, so replacing the
        span in the source replaces exactly that text.
        """
        if len(self.starts) == 1:
            return Span(self.offsets[0] + start, self.offsets[0] + end)
        first = self.offset(start)
        return Span(first, self.offset(end - 1) + 1 if end > start else first)

    def cut(self, start: int, end: int) -> LogicalLine:
        """The part `text[start:end]` as a line of its own."""
        first = max(bisect_right(self.starts, start) - 1, 0)
        last = max(bisect_right(self.starts, end - 1) - 1, first)
        starts = tuple(max(piece - start, 0) for piece in self.starts[first : last + 1])
        offsets = (self.offset(start), *self.offsets[first + 1 : last + 1])
        return LogicalLine(self.text[start:end], starts, offsets)


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The range without the white space at its two ends (Go's `strings.TrimSpace`)."""
    piece = text[start:end]
    left = piece.lstrip(SPACE)
    if not left:
        return start, start
    start += len(piece) - len(left)
    return start, start + len(left.rstrip(SPACE))
