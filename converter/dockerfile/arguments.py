"""The words of an instruction, divided as BuildKit divides them for that keyword."""

from __future__ import annotations

from msgspec import Struct

from converter.dockerfile.jsonform import JsonArray
from converter.dockerfile.logical import SPACE, TOKEN, LogicalLine
from converter.source import Span

WHOLE = frozenset({"MAINTAINER", "STOPSIGNAL", "USER", "WORKDIR"})
"""The instructions that take their whole line as one argument (`parseString`)."""

QUOTED = frozenset({"ARG", "ENV", "LABEL"})
"""The instructions whose words are divided outside of quotes (`parseWords`)."""


class Argument(Struct, frozen=True):
    """One word: where it stands, how it is written and what it says.

    `raw` is the source text without continuations and the comments between them;
    `value` is the decoded string in JSON form and `raw` in shell form, where
    variables and quotes are still to be processed. In JSON form `span` and `raw`
    include the quotes, so a replacement has to bring its own (`jsonform.json_quote`).
    """

    span: Span
    raw: str
    value: str


def read_arguments(
    keyword: str, line: LogicalLine, start: int, end: int, array: JsonArray | None, escape: str
) -> tuple[Argument, ...]:
    """The words of `line.text[start:end]`, which has no white space at its ends.

    The rules are those of BuildKit's `parser/line_parsers.go`: strings of `array`
    in JSON form; one word for `WHOLE`; words that keep quoted white space for
    `QUOTED`; words between white space for all others. The last is also how the
    commands of RUN, CMD, ENTRYPOINT and HEALTHCHECK are divided here: it serves
    to look at them, an engine hands the line to the shell in one piece.
    """
    text = line.text
    if keyword == "ONBUILD" or start == end:
        return ()
    if array is not None:
        strings = tuple(
            Argument(line.span(string.start, string.end), text[string.start : string.end], string.value)
            for string in array.strings
        )
        first = (start, array.start) if array.start > start else None
        return ((_argument(line, *_first_word(text, *first)),) if first else ()) + strings
    if keyword in WHOLE:
        return (_argument(line, start, end),)
    if keyword in QUOTED:
        return tuple(_argument(line, first, last) for first, last in quoted_words(text, start, end, escape))
    return tuple(_argument(line, match.start(), match.end()) for match in TOKEN.finditer(text, start, end))


def quoted_words(text: str, start: int, end: int, escape: str) -> list[tuple[int, int]]:
    """The ranges of the words of `text[start:end]`, divided by white space outside of quotes.

    The escape character keeps the next character from ending a word or a quotation,
    except between single quotes; at the very end it is no part of the last word.
    """
    ranges: list[tuple[int, int]] = []
    position = start
    while position < end:
        if text[position] in SPACE:
            position += 1
            continue
        first = last = position
        quote = ""
        while position < end:
            character = text[position]
            if quote:
                if character == quote:
                    quote = ""
                elif character == escape and quote != "'":
                    position += 1
            elif character in SPACE:
                break
            elif character in "'\"":
                quote = character
            elif character == escape:
                position += 1
            position += 1
            if position <= end:
                last = position
        position = min(position, end)
        if last > first:
            ranges.append((first, last))
    return ranges


def _first_word(text: str, start: int, end: int) -> tuple[int, int]:
    match = TOKEN.match(text, start, end)
    return match.span() if match else (start, end)


def _argument(line: LogicalLine, start: int, end: int) -> Argument:
    raw = line.text[start:end]
    return Argument(line.span(start, end), raw, raw)
