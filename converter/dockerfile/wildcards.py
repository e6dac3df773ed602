"""The patterns of `${x#p}`, `${x%p}` and `${x/p/t}`: `*`, `?` and escaped characters.

The rules are those of BuildKit's `shell/lex.go` (`convertShellPatternToRegex`):
no brackets; `*` and `?` match anything but a line feed; a backslash may stand in
front of `*`, `?`, a backslash, `}` and `/`, and in front of nothing else.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

Piece: TypeAlias = "str | Literal[0, 1]"

_ANY: Literal[0] = 0
_ONE: Literal[1] = 1


class PatternError(ValueError):
    """A pattern that an engine rejects."""


def trim_prefix(value: str, word: str) -> str:
    """`${x#word}`: the value without the shortest match at its start; the longest where `word` starts with `#`."""
    longest = word.startswith("#")
    ends = _ends(_pieces(word[1:] if longest else word), value, 0)
    return value[(ends[-1] if longest else ends[0]) :] if ends else value


def trim_suffix(value: str, word: str) -> str:
    """`${x%word}`: the value without the shortest match at its end; the longest where `word` starts with `%`."""
    longest = word.startswith("%")
    pieces = _pieces(word[1:] if longest else word)[::-1]
    ends = _ends(pieces, value[::-1], 0)
    return value[: len(value) - (ends[-1] if longest else ends[0])] if ends else value


def replace(value: str, pattern: str, text: str, *, everywhere: bool) -> str:
    """`${x/pattern/text}`: the leftmost longest match replaced; all of them with `everywhere`."""
    pieces = _pieces(pattern)
    result: list[str] = []
    position = copied = 0
    while position <= len(value):
        ends = _ends(pieces, value, position)
        if not ends:
            position += 1
            continue
        end = ends[-1]
        # Go's ReplaceAll leaves out an empty match directly behind another match.
        if end > position or position == 0 or copied < position:
            result.append(value[copied:position])
            result.append(_template(text, value[position:end]) if everywhere else text)
            copied = end
        if not everywhere:
            break
        position = max(end, position + 1)
    return "".join(result) + value[copied:]


def _pieces(pattern: str) -> list[Piece]:
    pieces: list[Piece] = []
    position = 0
    while position < len(pattern):
        character = pattern[position]
        position += 1
        if character == "*":
            pieces.append(_ANY)
        elif character == "?":
            pieces.append(_ONE)
        elif character != "\\":
            pieces.append(character)
        else:
            following = pattern[position : position + 1]
            if following and following in "}/":
                continue
            if not following or following not in "*?\\":
                raise PatternError(f"the pattern {pattern!r} has a backslash in front of {following or 'its end'!r}")
            pieces.append(following)
            position += 1
    return pieces


def _ends(pieces: list[Piece], value: str, start: int) -> list[int]:
    """Where a match from `start` can end, in order; sets of positions, so that no pattern is slow."""
    positions = [start]
    for piece in pieces:
        if not positions:
            break
        if piece == _ANY:
            reached: list[int] = []
            for position in positions:
                if reached and position <= reached[-1]:
                    continue
                line_end = value.find("\n", position)
                reached.extend(range(position, (len(value) if line_end == -1 else line_end) + 1))
            positions = reached
        elif piece == _ONE:
            positions = [p + 1 for p in positions if p < len(value) and value[p] != "\n"]
        else:
            positions = [p + 1 for p in positions if p < len(value) and value[p] == piece]
    return positions


def _template(text: str, match: str) -> str:
    """The replacement as Go's `Regexp.ReplaceAllString` reads it, where `$0` is the match."""
    if "$" not in text:
        return text
    result: list[str] = []
    position = 0
    while position < len(text):
        dollar = text.find("$", position)
        if dollar == -1:
            break
        result.append(text[position:dollar])
        position = dollar + 1
        if text.startswith("$", position):
            result.append("$")
            position += 1
            continue
        braces = text.startswith("{", position)
        first = position + braces
        end = first
        while end < len(text) and (text[end] == "_" or text[end].isalnum()):
            end += 1
        if end == first or (braces and not text.startswith("}", end)):
            result.append("$")
            continue
        if text[first:end] == "0":
            result.append(match)
        position = end + braces
    return "".join(result) + text[position:]
