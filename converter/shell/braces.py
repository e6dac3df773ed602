"""Brace expansion: `{a,b}`, `{1..5..2}`, `{a..e}`, nested, before every other expansion of a word.

Bash's manual, 3.5.1. Dash has none.
"""

from __future__ import annotations

import re
from itertools import pairwise

from converter.shell import syntax
from converter.source import Span

MAX_WORDS = 2000

_RANGE = r"(-?[0-9]+)\.\.(-?[0-9]+)(?:\.\.(-?[0-9]+))?|([A-Za-z])\.\.([A-Za-z])(?:\.\.(-?[0-9]+))?"

_NAME = r"(?a)\$[A-Za-z_]\w*"
_NAME_CHARACTERS = r"(?a)\w+"

_Item = tuple[str, "syntax.Part | None"]
"""One unquoted character, or a part that braces leave as it is."""


class TooMany(Exception):
    """The braces stand for more words than any build script means."""


def expand(word: syntax.Word) -> list[syntax.Word]:
    """The words that a word with braces stands for, itself where there is nothing to expand; raises `TooMany`."""
    if not any(isinstance(part, syntax.Text) and not part.quoted and "{" in part.text for part in word.parts):
        return [word]
    items: list[_Item] = []
    for part in word.parts:
        if isinstance(part, syntax.Text) and not part.quoted:
            start = part.span.start
            items.extend(
                (character, syntax.Text(Span(start + at, start + at + 1), character, False))
                for at, character in enumerate(part.text)
            )
        else:
            items.append(("", part))
    if len(items) > MAX_WORDS:
        raise TooMany
    results = _expand(items, 0)
    if len(results) == 1 and len(results[0]) == len(items):
        return [word]
    return [syntax.Word(word.span, _joined(result)) for result in results]


def _joined(items: list[_Item]) -> tuple[syntax.Part, ...]:
    parts: list[syntax.Part] = []
    for _, part in items:
        assert part is not None
        last = parts[-1] if parts else None
        plain = isinstance(part, syntax.Text) and not part.quoted
        if plain and isinstance(last, syntax.Text) and not last.quoted:
            assert isinstance(part, syntax.Text)
            span = Span(last.span.start, max(last.span.end, part.span.end))
            parts[-1] = syntax.Text(span, last.text + part.text, False)
        elif plain and isinstance(last, syntax.Parameter) and re.fullmatch(_NAME, last.expression):
            # braces are expanded in the text: `$x{a,b}` becomes `$xa $xb`
            assert isinstance(part, syntax.Text)
            name = re.match(_NAME_CHARACTERS, part.text)
            more = name.group() if name is not None else ""
            if more:
                parts[-1] = syntax.Parameter(last.span, last.name + more, "", last.expression + more, last.quoted)
            if part.text[len(more) :]:
                parts.append(syntax.Text(part.span, part.text[len(more) :], False))
        else:
            parts.append(part)
    return tuple(parts)


def _expand(items: list[_Item], depth: int) -> list[list[_Item]]:
    if depth > 50:
        raise TooMany
    position = 0
    while position < len(items):
        if items[position][0] == "{":
            close, commas = _close(items, position)
            if close is not None:
                inner = items[position + 1 : close]
                choices: list[list[_Item]] | None = None
                if commas:
                    bounds = [position, *commas, close]
                    choices = []
                    for low, high in pairwise(bounds):
                        choices.extend(_expand(items[low + 1 : high], depth + 1))
                else:
                    choices = _range(inner)
                if choices is not None:
                    rest = _expand(items[close + 1 :], depth + 1)
                    if len(choices) * len(rest) > MAX_WORDS:
                        raise TooMany
                    return [items[:position] + choice + end for choice in choices for end in rest]
        position += 1
    return [items]


def _close(items: list[_Item], start: int) -> tuple[int | None, list[int]]:
    """The brace that closes the one at `start`, and the commas of that level."""
    depth = 0
    commas: list[int] = []
    for position in range(start, len(items)):
        character = items[position][0]
        if character == "{":
            depth += 1
        elif character == "}":
            depth -= 1
            if depth == 0:
                return position, commas
        elif character == "," and depth == 1:
            commas.append(position)
    return None, []


def _range(items: list[_Item]) -> list[list[_Item]] | None:
    if any(not character for character, _ in items):
        return None
    match = re.fullmatch(_RANGE, "".join(character for character, _ in items))
    if match is None:
        return None
    part = items[0][1]
    assert part is not None
    span = part.span
    if match.group(1) is not None:
        low, high = match.group(1), match.group(2)
        values = _steps(int(low), int(high), int(match.group(3) or 0))
        padded = any(re.match(r"-?0[0-9]", text) for text in (low, high))
        width = max(len(low), len(high)) if padded else 0
        texts = [f"{value:0{width}d}" for value in values]
    else:
        texts = [chr(code) for code in _steps(ord(match.group(4)), ord(match.group(5)), int(match.group(6) or 0))]
    # quoted, so that what lies between `Z` and `a` is nothing but a character
    return [[("", syntax.Text(span, text, not text.isalnum() and not text.startswith("-")))] for text in texts]


def _steps(low: int, high: int, step: int) -> list[int]:
    width = abs(step) or 1
    if abs(high - low) // width >= MAX_WORDS:
        raise TooMany
    return list(range(low, high + 1, width)) if low <= high else list(range(low, high - 1, -width))
