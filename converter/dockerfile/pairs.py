"""The names and values that ENV, ARG and LABEL set."""

from __future__ import annotations

from msgspec import Struct

from converter.dockerfile.arguments import quoted_words
from converter.dockerfile.logical import TOKEN, TOKEN_SPACE, LogicalLine
from converter.dockerfile.syntax import Instruction
from converter.source import Span


class Pair(Struct, frozen=True):
    """One name and its value, both as written: quotes and variables are still to be processed.

    `value` and `value_span` are None where no value is given (`ARG name`; also a
    word of ENV or LABEL without `=`, which an engine rejects). `span` covers both.
    """

    name: str
    value: str | None
    span: Span
    name_span: Span
    value_span: Span | None


def pairs(instruction: Instruction) -> tuple[Pair, ...]:
    """The pairs of an ENV, ARG or LABEL instruction, in order; none for any other.

    `ENV name value` and `LABEL name value`, the old form, is taken where the first
    word has no `=`: one pair, whose value is all the rest, inner white space kept
    (BuildKit's `parser/line_parsers.go`, `parseNameVal`).
    """
    if instruction.keyword not in ("ARG", "ENV", "LABEL"):
        return ()
    line = instruction.line
    start, end = instruction.command_range
    words = quoted_words(line.text, start, end, instruction.escape)
    if is_old_form(instruction):
        name = TOKEN.match(line.text, start, end)
        if name is None:
            return ()
        value_start = name.end()
        while value_start < end and line.text[value_start] in TOKEN_SPACE:
            value_start += 1
        return (_pair(line, start, name.end(), value_start if value_start < end else None, end),)
    result: list[Pair] = []
    for first, last in words:
        equals = line.text.find("=", first, last)
        if equals == -1:
            result.append(_pair(line, first, last, None, last))
        else:
            result.append(_pair(line, first, equals, equals + 1, last))
    return tuple(result)


def is_old_form(instruction: Instruction) -> bool:
    """Whether this is `ENV name value` or `LABEL name value`, without `=`."""
    if instruction.keyword not in ("ENV", "LABEL"):
        return False
    text = instruction.line.text
    words = quoted_words(text, *instruction.command_range, instruction.escape)
    return bool(words) and "=" not in text[words[0][0] : words[0][1]]


def _pair(line: LogicalLine, start: int, name_end: int, value_start: int | None, end: int) -> Pair:
    name = line.text[start:name_end]
    name_span = line.span(start, name_end)
    if value_start is None:
        return Pair(name, None, name_span, name_span, None)
    return Pair(name, line.text[value_start:end], line.span(start, end), name_span, line.span(value_start, end))
