"""The flags of an instruction: the words before its arguments that start with `--`."""

from __future__ import annotations

from msgspec import Struct

from converter.dockerfile.logical import SPACE, LogicalLine
from converter.source import Span

_QUOTES = "'\""


class Flag(Struct, frozen=True):
    """One flag: `--name` (value None) or `--name=value` with its quotes and escapes removed.

    `value_span` covers the value as it is written, quotes included; `value_offsets`
    has the source offset of each character of `value`.
    """

    name: str
    value: str | None
    span: Span
    value_span: Span | None
    value_offsets: tuple[int, ...] = ()


def read_flags(line: LogicalLine, start: int) -> tuple[tuple[Flag, ...], int]:
    """The flags from `start` in the line's text, and where the rest starts.

    Quotes and backslashes are removed as BuildKit does it, whatever the file's
    escape character (`parser/split_command.go`, `extractBuilderFlags`); a word
    that is just `--` ends the flags and belongs to neither part.
    """
    text = line.text
    length = len(text)
    flags: list[Flag] = []
    position = start
    while position < length:
        if text[position] in SPACE:
            position += 1
            continue
        if not text.startswith("--", position):
            break
        word_start = position
        pieces: list[str] = []
        indices: list[int] = []
        value_start: int | None = None
        quote = ""
        while position < length:
            character = text[position]
            if quote:
                if character == quote:
                    quote = ""
                    position += 1
                    continue
            elif character in SPACE:
                break
            elif character in _QUOTES:
                quote = character
                position += 1
                continue
            if character == "\\":
                position += 1
                if position == length:
                    break
                character = text[position]
            pieces.append(character)
            indices.append(position)
            position += 1
            if character == "=" and value_start is None:
                value_start = position
                name_length = len(pieces) - 1
        word = "".join(pieces)
        if word == "--":
            break
        span = line.span(word_start, position)
        if value_start is None:
            flags.append(Flag(word[2:], None, span, None))
        else:
            value_span = line.span(value_start, position)
            offsets = tuple(line.offset(index) for index in indices[name_length + 1 :])
            flags.append(Flag(word[2:name_length], word[name_length + 1 :], span, value_span, offsets))
    return tuple(flags), position
