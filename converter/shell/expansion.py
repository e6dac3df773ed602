"""Fields: what a word becomes after expansion, by POSIX field splitting (2.6.5)."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from converter.machine.value import TOKEN_END, TOKEN_START, Unknowns, Value, join
from converter.source import Span

BLANKS = " \t\n"


class Field(Struct, frozen=True):
    """One argument of a command.

    `pattern` where unquoted characters may be a pattern; `glob` has its pieces then, each with whether it was
    quoted. `splits` where an unknown part was not quoted, so that it may
    stand for several arguments, or none. `items` are the elements where the argument assigns an array; the keys
    of elements without a subscript are None.
    """

    value: Value
    span: Span
    pattern: bool = False
    splits: bool = False
    items: tuple[tuple[Value | None, Value], ...] | None = None
    glob: tuple[tuple[str, bool], ...] = ()


class Segment(Struct, frozen=True):
    """A stretch of an expanded word: `split` for what field splitting looks at, `quoted` for what stood in quotes."""

    value: Value
    quoted: bool
    split: bool


Segments = list["Segment | None"]
"""None between two segments ends a field, as between the parameters of `"$@"`."""


def strip_newlines(value: Value) -> Value:
    """Command substitution drops the line ends at the end of the output."""
    flat = value.flat
    return value.slice(0, len(flat.rstrip("\n"))) if flat.endswith("\n") else value


def joined(segments: Segments, between: str = " ") -> Value:
    """The segments as one value, as in an assignment."""
    return join([Value.literal(between) if segment is None else segment.value for segment in segments])


def is_pattern(text: str) -> bool:
    """Whether unquoted characters make a pattern for pathname expansion."""
    return "*" in text or "?" in text or ("[" in text and "]" in text)


def split_fields(segments: Segments, span: Span, separators: str, unknowns: Unknowns) -> list[Field]:
    """The fields of a word; `separators` is the value of IFS."""
    if not segments:
        return []
    if all(segment is not None and not segment.split for segment in segments):
        chosen = [segment for segment in segments if segment is not None]
        pattern = any(not segment.quoted and is_pattern(segment.value.flat) for segment in chosen)
        return [_field([(segment.value, segment.quoted) for segment in chosen], span, False, pattern)]
    splitter = _Splitter(span, separators, unknowns)
    for segment in segments:
        if segment is None:
            splitter.close()
            splitter.closed_by_blank = False
        elif segment.split:
            splitter.split(segment.value)
        else:
            splitter.add(segment.value, segment.quoted)
    splitter.close()
    return splitter.fields


class _Splitter:
    """Collects fields from left to right."""

    def __init__(self, span: Span, separators: str, unknowns: Unknowns) -> None:
        self.span = span
        self.blank = {character for character in separators if character in BLANKS}
        self.other = set(separators) - self.blank
        self.unknowns = unknowns
        self.fields: list[Field] = []
        self.open: list[tuple[Value, bool]] | None = None
        self.splits = False
        self.closed_by_blank = False

    def add(self, value: Value, quoted: bool) -> None:
        if value.pieces or quoted:
            self.open = [] if self.open is None else self.open
            self.open.append((value, quoted))
            self.closed_by_blank = False

    def close(self) -> None:
        if self.open is not None:
            pattern = any(not quoted and is_pattern(value.flat) for value, quoted in self.open)
            self.fields.append(_field(self.open, self.span, self.splits, pattern))
        self.open = None
        self.splits = False

    def split(self, value: Value) -> None:
        flat = value.flat
        position = 0
        while position < len(flat):
            character = flat[position]
            if character in self.blank:
                if self.open is not None:
                    self.close()
                    self.closed_by_blank = True
                position += 1
            elif character in self.other:
                if self.open is not None:
                    self.close()
                elif not self.closed_by_blank:
                    self.fields.append(Field(Value(()), self.span))
                self.closed_by_blank = False
                position += 1
            else:
                end = position
                while end < len(flat) and flat[end] not in self.blank and flat[end] not in self.other:
                    end = flat.index(TOKEN_END, end) + 1 if flat[end] == TOKEN_START else end + 1
                part = value.slice(position, end)
                self.add(part, False)
                if TOKEN_START in part.flat and not all(u.single for u in self.unknowns.tokens_in(part.flat)):
                    self.splits = True
                position = end


def _field(parts: Sequence[tuple[Value, bool]], span: Span, splits: bool, pattern: bool) -> Field:
    value = join([value for value, _ in parts])
    glob = tuple((value.flat, quoted) for value, quoted in parts) if pattern else ()
    return Field(value, span, pattern, splits, None, glob)
