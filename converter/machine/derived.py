"""A text that was made out of another one, such as a recipe's line with its variables replaced.

Every span of it has a place in the file that it came from. Where the two texts agree, an edit of the one is an edit
of the other; the value of an expansion can be replaced as a whole only.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable

from msgspec import Struct

from converter.diagnostics import Refusal, refuse
from converter.machine.value import Piece, Reference, Value
from converter.source import Edit, Location, Source, Span


class Segment(Struct, frozen=True):
    """A piece of the derived text and the span of the original that it came from.

    `expression` is None for text that stands there as it is; otherwise it is what the original says instead, and
    `constant` tells that its value is a part of the original all the same, such as the name of a target. `fixed` tells
    that nothing but the original gives the value of the expression.
    """

    text: str
    span: Span
    expression: str | None = None
    constant: bool = False
    fixed: bool = False


class DerivedSource(Source):
    """The text of the segments; `whole` is what goes from the original where nothing of the text is left.

    `path` names this text alone, `origin` is the file. `means` gives the value that an expression of the original has
    at this place, as `Value.flat`.
    """

    __slots__ = ("means", "origin", "segments", "starts", "whole")

    def __init__(
        self,
        path: str,
        origin: Source,
        segments: list[Segment],
        whole: Span,
        means: Callable[[str], str],
    ) -> None:
        super().__init__(path, "".join(segment.text for segment in segments))
        self.origin = origin
        self.segments = segments
        self.whole = whole
        self.means = means
        self.starts: list[int] = []
        position = 0
        for segment in segments:
            self.starts.append(position)
            position += len(segment.text)

    @property
    def file(self) -> Source:
        """The original."""
        return self.origin

    def location(self, span: Span) -> Location:
        """The span as lines and columns of the original."""
        return self.origin.location(self.original(span))

    def original(self, span: Span) -> Span:
        """The smallest span of the original that holds the span."""
        return Span(self._start(span.start), max(self._start(span.start), self._end(max(span.end, span.start))))

    def shell_text(self, text: str) -> str:
        """An edited text as the shell may get it: expressions of the original that came in are plain words."""
        return text

    def is_outer(self, expression: str) -> bool:
        """Whether it is an expression of the original, rather than one of the shell: a Makefile doubles the shell's `$`."""
        return not expression.startswith("$$")

    def written(self, span: Span, at: Source | None = None) -> str:
        """What the original says for the span, so that it means the same elsewhere in it, or at `at`. Raises `Refusal`."""
        pieces = []
        for index, segment in self._inside(span):
            start, end = self.starts[index], self.starts[index] + len(segment.text)
            if segment.expression is None:
                low, high = max(span.start, start) - start, min(span.end, end) - start
                pieces.append(self.origin.slice(Span(segment.span.start + low, segment.span.start + high)))
            elif segment.constant and self._means_the_same(segment, at) and span.start <= start and end <= span.end:
                pieces.append(segment.expression)
            elif segment.constant:
                pieces.append(segment.text[max(span.start - start, 0) : span.end - start].replace("$", "$$"))
            elif span.start <= start and end <= span.end and segment.expression:
                pieces.append(segment.expression)
            else:
                raise self._refusal(segment.span)
        return "".join(pieces)

    def empty_expressions(self, span: Span) -> list[str]:
        """The expansions inside the span that gave nothing."""
        return [
            segment.expression for segment, start in zip(self.segments, self.starts, strict=True)
            if not segment.text and segment.expression and span.start < start < span.end
        ]  # fmt: skip

    def expression(self, text: str, span: Span) -> str:
        """How the original writes an expression; empty for one that an expansion holds."""
        try:
            return self.written(span)
        except Refusal:
            return ""

    def value(self, text: str, span: Span) -> Value:
        """Literal text of a command as a value that knows which parts of it came out of expansions."""
        inside = self._inside(span)
        if all(segment.expression is None or segment.constant for _, segment in inside):
            return Value.literal(text)
        index, segment = inside[0]
        if len(inside) == 1 and segment.text in (f'"{text}"', f"'{text}'") and len(text) == span.end - span.start:
            # the quotes around it came out of the same expansion
            place = Span(self.starts[index], self.starts[index] + len(segment.text))
            return Value((Piece(text, self._reference(segment.expression or "", place)),))
        shift = span.start
        if len(text) + 2 == span.end - span.start:
            # a quoted string: the span has the quotes
            shift += 1
        elif len(text) != span.end - span.start:
            return Value((Piece(text, self._reference("", span)),))
        pieces: list[Piece] = []
        for index, segment in inside:
            low = max(self.starts[index] - shift, 0)
            high = min(self.starts[index] + len(segment.text) - shift, len(text))
            if low >= high:
                continue
            if segment.expression is None or segment.constant:
                pieces.append(Piece(text[low:high]))
                continue
            whole = high - low == len(segment.text)
            place = Span(self.starts[index], self.starts[index] + len(segment.text))
            pieces.append(Piece(text[low:high], self._reference(segment.expression if whole else "", place)))
        return Value(tuple(pieces))

    def is_fixed(self, span: Span) -> bool:
        """Whether nothing but the original gives the text of the span."""
        return all(segment.expression is None or segment.fixed for _, segment in self._inside(span))

    def edit(self, edit: Edit) -> Edit:
        """The edit of the original that this one amounts to. Raises `Refusal`."""
        span = edit.span
        if span.start == span.end:
            place = self._insertion(span.start)
            return Edit(Span(place, place), edit.text)
        exact = self._exact(span)
        if edit.text:
            exact = Span(self._insertion(span.start), exact.end)
        return Edit(exact, edit.text)

    def _means_the_same(self, segment: Segment, at: Source | None) -> bool:
        """Whether an expression for a constant, such as an automatic variable, is the same constant in another text."""
        expression = segment.expression
        return isinstance(at, DerivedSource) and bool(expression) and at.means(str(expression)) == segment.text

    def _inside(self, span: Span) -> list[tuple[int, Segment]]:
        first = self._index(span.start)
        return [
            (index, segment) for index, segment in enumerate(self.segments[first:], first)
            if self.starts[index] < span.end and self.starts[index] + len(segment.text) > span.start
        ]  # fmt: skip

    def _refusal(self, span: Span) -> Refusal:
        return refuse(
            "STG304",
            f"a part of what `{self.origin.slice(span).strip()}` expands to would have to change",
            self.origin,
            span,
            "write the words out where they are used",
        )

    def _reference(self, expression: str, span: Span) -> Reference:
        return Reference(expression, None, False, self, span)

    def _index(self, offset: int) -> int:
        return max(bisect_right(self.starts, offset) - 1, 0)

    def _start(self, offset: int) -> int:
        if not self.segments:
            return self.whole.start
        index = self._index(offset)
        segment = self.segments[index]
        if segment.expression is None:
            return min(segment.span.start + offset - self.starts[index], segment.span.end)
        return segment.span.start

    def _end(self, offset: int) -> int:
        if not self.segments:
            return self.whole.end
        index = self._index(max(offset - 1, 0))
        segment = self.segments[index]
        if segment.expression is None:
            return min(segment.span.start + offset - self.starts[index], segment.span.end)
        return segment.span.end

    def _exact(self, span: Span) -> Span:
        """The original's span for one that cuts no expansion; what the original has between segments goes with it."""
        for offset in (span.start, span.end):
            index = self._index(offset)
            segment = self.segments[index]
            inside = self.starts[index] < offset < self.starts[index] + len(segment.text)
            if inside and segment.expression is not None:
                raise self._refusal(segment.span)
        start = self._boundary(span.start)
        return Span(start, max(start, self._boundary(span.end)))

    def _boundary(self, offset: int) -> int:
        """Where an offset lies in the original: at the end of the segment before it, where two meet."""
        index = self._index(offset)
        segment = self.segments[index]
        if offset == self.starts[index] and index > 0:
            return self.segments[index - 1].span.end
        if segment.expression is not None:
            return segment.span.start if offset == self.starts[index] else segment.span.end
        return segment.span.start + offset - self.starts[index]

    def _insertion(self, offset: int) -> int:
        """Where text is inserted: before the segment that begins there."""
        index = self._index(offset)
        segment = self.segments[index]
        if offset == self.starts[index]:
            return segment.span.start
        if segment.expression is not None:
            if offset < self.starts[index] + len(segment.text):
                raise self._refusal(segment.span)
            return segment.span.end
        return segment.span.start + offset - self.starts[index]


def is_outer(reference: Reference) -> bool:
    """Whether a reference is an expression of the original text, rather than one of the shell text made from it."""
    return isinstance(reference.source, DerivedSource) and reference.source.is_outer(reference.expression)
