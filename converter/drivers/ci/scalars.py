"""What a YAML scalar stands for, character by character: which part of the file each part of the value came from.

The rules are those of YAML 1.2.2, chapters 7.3 (flow scalars) and 8.1 (block scalars). What comes out is held against
the value that the YAML library gives, so that a form which is not read right is never taken for one that is.
"""

from __future__ import annotations

import re
from typing import Literal

from converter.machine.derived import Segment
from converter.source import Span

Style = Literal["plain", "single", "double", "literal", "folded", "opaque"]
"""How a scalar is written; `opaque` is one of whose parts it is not known where they stand."""

_BREAK = re.compile(r"[ \t]*(?:\r\n|\r|\n)(?:[ \t]*(?:\r\n|\r|\n))*[ \t]*")
_LINE_END = re.compile(r"\r\n|\r|\n")
_ESCAPES = {
    "0": "\0", "a": "\a", "b": "\b", "t": "\t", "\t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r", "e": "\x1b",
    " ": " ", '"': '"', "/": "/", "\\": "\\", "N": "\x85", "_": "\xa0", "L": "\u2028", "P": "\u2029",
}  # fmt: skip
_CODES = {"x": 2, "u": 4, "U": 8}


def read_scalar(text: str, span: Span, value: str) -> tuple[Style, list[Segment]]:
    """The style of the scalar at the span, and the segments that its value consists of.

    A block scalar's span begins at its `|` or `>`. Pieces that stand there as they are have a segment without an
    expression; each character that stands for others is a constant of its own.
    """
    mark = text[span.start : span.start + 1]
    style: Style = {"'": "single", '"': "double", "|": "literal", ">": "folded"}.get(mark, "plain")  # type: ignore[assignment]
    if style == "plain":
        segments = _flow(text, span, "plain")
    elif style in ("single", "double"):
        segments = _flow(text, Span(span.start + 1, span.end - 1), style)
    else:
        segments = _block(text, span, value, style)
    if segments is None or "".join(segment.text for segment in segments) != value:
        return "opaque", [Segment(value, span, value, True)]
    return style, segments


def encode(text: str, style: Style, indent: str) -> str | None:
    """Text that comes into a scalar, as its style writes it; None where that cannot be said."""
    if style == "opaque" or ("\n" in text and style not in ("literal", "double")):
        return None
    if style == "single":
        return text.replace("'", "''")
    if style == "double":
        return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return text.replace("\n", "\n" + indent) if style == "literal" else text


def _constant(text: str, span: Span) -> list[Segment]:
    """Characters that the file writes in another way: the first one owns the span."""
    first = [Segment(text[:1], span, text[:1], True)] if text else [Segment("", span, "", True)]
    return first + [Segment(char, Span(span.end, span.end), char, True) for char in text[1:]]


def _flow(text: str, span: Span, style: Style) -> list[Segment] | None:
    found: list[Segment] = []
    position = start = span.start

    def literal(end: int) -> None:
        if start < end:
            found.append(Segment(text[start:end], Span(start, end)))

    while position < span.end:
        char = text[position]
        broken = _BREAK.match(text, position) if char in " \t\r\n" else None
        if broken is not None and broken.end() <= span.end:
            literal(position)
            breaks = len(_LINE_END.findall(broken.group()))
            found += _constant(" " if breaks == 1 else "\n" * (breaks - 1), Span(position, broken.end()))
            position = start = broken.end()
        elif style == "single" and text.startswith("''", position):
            literal(position)
            found += _constant("'", Span(position, position + 2))
            position = start = position + 2
        elif style == "double" and char == "\\":
            literal(position)
            escaped = _escape(text, position)
            if escaped is None:
                return None
            end, decoded = escaped
            found += _constant(decoded, Span(position, end))
            position = start = end
        else:
            position += 1
    literal(position)
    return found


def _escape(text: str, position: int) -> tuple[int, str] | None:
    """Where the escape sequence ends, and what it stands for."""
    broken = _LINE_END.match(text, position + 1)
    if broken is not None:
        # an escaped line end joins the lines; blanks at the start of the next one are dropped
        end = broken.end()
        while text[end : end + 1] in (" ", "\t"):
            end += 1
        return end, ""
    char = text[position + 1 : position + 2]
    if char in _CODES:
        digits = text[position + 2 : position + 2 + _CODES[char]]
        if not re.fullmatch(r"[0-9a-fA-F]+", digits) or int(digits, 16) > 0x10FFFF:
            return None
        return position + 2 + _CODES[char], chr(int(digits, 16))
    return (position + 2, _ESCAPES[char]) if char in _ESCAPES else None


def _block(text: str, span: Span, value: str, style: Style) -> list[Segment] | None:
    header = re.compile(r"[|>]([-+0-9]*)[ \t]*(?:#[^\r\n]*)?(\r\n|\r|\n|\Z)").match(text, span.start)
    if header is None:
        return None
    lines = _lines(text, header.end(), max(span.end, header.end()))
    digit = re.search(r"\d", header.group(1))
    indents = {len(line) - len(line.lstrip(" ")) for _, line, _ in lines if line.strip(" ")}
    if not indents:
        return [Segment(value, Span(header.end(), header.end()), value, True)] if not value else None
    first = next(len(line) - len(line.lstrip(" ")) for _, line, _ in lines if line.strip(" "))
    for indent in range(first, 0, -1) if digit else (first,):
        read = _literal if style == "literal" else _folded
        segments = _clipped(read(lines, indent), value)
        if segments is not None:
            return [Segment("", Span(lines[0][0], lines[0][0])), *segments]
    return None


def _lines(text: str, start: int, end: int) -> list[tuple[int, str, int]]:
    """Start, text without its line end, and end with it."""
    found = []
    position = start
    while position < end:
        broken = _LINE_END.search(text, position, end)
        stop, after = (broken.start(), broken.end()) if broken else (end, end)
        found.append((position, text[position:stop], after))
        position = after
    return found


def _line_end(place: int, after: int) -> list[Segment]:
    return (
        [Segment("\n", Span(place, after), "\n", True)] if after - place != 1 else [Segment("\n", Span(place, after))]
    )


def _literal(lines: list[tuple[int, str, int]], indent: int) -> list[Segment]:
    found: list[Segment] = []
    for start, line, after in lines:
        if line[indent:]:
            found.append(Segment(line[indent:], Span(start + indent, start + len(line))))
        found += _line_end(start + len(line), after)
    return found


def _folded(lines: list[tuple[int, str, int]], indent: int) -> list[Segment]:
    """Lines are joined by a blank, except beside more indented ones; blank lines between them are line ends."""
    found: list[Segment] = []
    before: tuple[int, str, int] | None = None
    empty: list[tuple[int, str, int]] = []
    for line in lines:
        start, text, _ = line
        body = text[indent:]
        if not body:
            empty.append(line)
            continue
        if before is None:
            for place, blank, end in empty:
                found += _line_end(place + len(blank), end)
        else:
            end = before[0] + len(before[1])
            spaced = before[1][indent] in " \t" or body[0] in " \t"
            joint = "\n" * (len(empty) + 1) if spaced else "\n" * len(empty) if empty else " "
            found += _constant(joint, Span(end, start))
        found.append(Segment(body, Span(start + indent, start + len(text))))
        before, empty = line, []
    if before is not None:
        found += _line_end(before[0] + len(before[1]), before[2])
        for place, blank, end in empty:
            found += _line_end(place + len(blank), end)
    return found


def _clipped(segments: list[Segment], value: str) -> list[Segment] | None:
    """The segments without the line ends that chomping takes away."""
    full = "".join(segment.text for segment in segments)
    if full == value + "\n" * (len(full) - len(value)):
        kept = list(segments)
        excess = len(full) - len(value)
        while excess and kept and kept[-1].text == "\n":
            kept.pop()
            excess -= 1
        return kept if not excess else None
    if value == full + "\n":
        # the file ends without a line end
        place = segments[-1].span.end
        return [*segments, Segment("\n", Span(place, place), "\n", True)]
    return None
