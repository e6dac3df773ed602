"""Shell patterns over values: `*`, `?`, `[...]`, and what `${x%p}`, `${x#p}` and `${x/p/r}` make of them.

POSIX shell command language, 2.14 Pattern Matching Notation and 2.6.2 Parameter Expansion. A pattern is a sequence of
atoms, each of them a regular expression for one character, or `STAR`. Ranges are those of ASCII.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

STAR = "*"
ANY = "(?s:.)"
MAX_STARS = 6
MAX_LENGTH = 4096

_CLASSES = {
    "alpha": "A-Za-z", "digit": "0-9", "alnum": "A-Za-z0-9", "upper": "A-Z", "lower": "a-z", "space": r"\s",
    "blank": " \\t", "punct": r"!-/:-@\[-`{-~", "xdigit": "0-9A-Fa-f", "word": r"\w", "cntrl": r"\x00-\x1f\x7f",
    "print": " -~", "graph": "!-~",
}  # fmt: skip

Atoms = tuple[str, ...]


def atoms(pieces: Iterable[tuple[str, bool]]) -> Atoms | None:
    """The atoms of a pattern given in pieces, each with whether it was quoted; None for one that is not followed."""
    characters: list[tuple[str, bool]] = []
    for text, quoted in pieces:
        escaped = False
        for character in text:
            if not quoted and not escaped and character == "\\":
                # a backslash that an expansion brought in quotes the next character of the pattern
                escaped = True
                continue
            characters.append((character, quoted or escaped))
            escaped = False
        if escaped:
            characters.append(("\\", True))
    found: list[str] = []
    position = 0
    while position < len(characters):
        character, quoted = characters[position]
        position += 1
        if quoted:
            found.append(re.escape(character))
        elif character == "*":
            if not found or found[-1] != STAR:
                found.append(STAR)
        elif character == "?":
            found.append(ANY)
        elif character == "[":
            end = _bracket_end(characters, position)
            if end is None:
                found.append(re.escape(character))
                continue
            inside = _bracket(characters[position:end])
            if inside is None:
                return None
            found.append(inside)
            position = end + 1
        elif character == "(" and found and characters[position - 2] in [(sign, False) for sign in "?*+@!"]:
            # with `shopt -s extglob` this is a list of alternatives
            return None
        else:
            found.append(re.escape(character))
    return tuple(found) if found.count(STAR) <= MAX_STARS else None


def _bracket_end(characters: Sequence[tuple[str, bool]], start: int) -> int | None:
    position = start
    if position < len(characters) and characters[position] in (("!", False), ("^", False)):
        position += 1
    first = position
    while position < len(characters):
        character, quoted = characters[position]
        if character == "]" and not quoted and position > first:
            return position
        if character == "/" and not quoted:
            return None
        if character == "[" and not quoted and position + 1 < len(characters) and characters[position + 1][0] in ":.=":
            kind = characters[position + 1][0]
            position += 2
            while position + 1 < len(characters) and not (
                characters[position][0] == kind and characters[position + 1][0] == "]"
            ):
                position += 1
            position += 1
        position += 1
    return None


def _bracket(characters: Sequence[tuple[str, bool]]) -> str | None:
    text = "".join(("\\" if quoted else "") + character for character, quoted in characters)
    if "[." in text or "[=" in text:
        return None
    negated = text[:1] in ("!", "^")
    text = text[1:] if negated else text
    pieces: list[str] = []
    position = 0
    while position < len(text):
        named = re.compile(r"\[:(\w+):\]").match(text, position)
        if named is not None:
            if named.group(1) not in _CLASSES:
                return None
            pieces.append(_CLASSES[named.group(1)])
            position = named.end()
            continue
        ranged = re.compile(r"(\\?.)-(\\?.)", re.S).match(text, position)
        if ranged is not None and ranged.group(2) != "]":
            low, high = ranged.group(1)[-1], ranged.group(2)[-1]
            if low > high or not (low + high).isascii():
                return None
            pieces.append(f"{re.escape(low)}-{re.escape(high)}")
            position = ranged.end()
            continue
        if text[position] == "\\" and position + 1 < len(text):
            position += 1
        pieces.append(re.escape(text[position]))
        position += 1
    return f"[{'^' if negated else ''}{''.join(pieces)}]"


def literal(pattern: Atoms) -> str | None:
    """The text of a pattern that matches only itself."""
    text = []
    for atom in pattern:
        if atom in (STAR, ANY) or atom.startswith("[") or len(atom) > 2 or (len(atom) == 2 and atom[0] != "\\"):
            return None
        text.append(atom[-1])
    return "".join(text)


def regex(pattern: Atoms, greedy: bool = True) -> str:
    """The pattern as a regular expression."""
    star = "(?s:.*)" if greedy else "(?s:.*?)"
    return "".join(star if atom == STAR else atom for atom in pattern)


def matches(pattern: Atoms, text: str) -> bool:
    """Whether the pattern matches the whole text."""
    return re.fullmatch(regex(pattern), text) is not None


def trim(value: str, pattern: Atoms, suffix: bool, longest: bool) -> str:
    """`${x#p}`, `${x##p}`, `${x%p}` and `${x%%p}` of a known value."""
    if suffix:
        return trim(value[::-1], tuple(reversed(pattern)), False, longest)[::-1]
    match = re.match(regex(pattern, longest), value)
    return value if match is None else value[match.end() :]


def substitute(value: str, pattern: Atoms, replacement: str, operator: str) -> str | None:
    """`${x/p/r}` of a known value, by operator `/`, `//`, `/#` or `/%`; None where shells are at odds."""
    if not pattern:
        if operator == "/#":
            return replacement + value
        return value + replacement if operator == "/%" else value
    if operator == "/#":
        match = re.match(regex(pattern), value)
        return value if match is None else replacement + value[match.end() :]
    if operator == "/%":
        match = re.search(f"(?:{regex(pattern)})\\Z", value)
        return value if match is None else value[: match.start()] + replacement
    if not value:
        return None if set(pattern) == {STAR} else value
    if re.fullmatch(regex(pattern), "") is not None:
        # only a pattern of stars matches nothing, and it matches everything first
        return replacement
    return re.sub(regex(pattern), lambda _: replacement, value, count=0 if operator == "//" else 1)


def trim_unknown(head: str, tail: str, value: str, pattern: Atoms, suffix: bool, longest: bool) -> str | None:
    """The same of a value with unknown parts between `head` and `tail`; None where these decide."""
    text = literal(pattern)
    if text is not None:
        known = tail if suffix else head
        if known.endswith(text) if suffix else known.startswith(text):
            return value[: len(value) - len(text)] if suffix else value[len(text) :]
        return value if len(known) >= len(text) else None
    if suffix and pattern[-1] == STAR:
        text = literal(pattern[:-1])
        known = head if longest else tail
        if text and text in known:
            return value[: head.index(text)] if longest else value[: len(value) - len(tail) + tail.rindex(text)]
    if not suffix and pattern[0] == STAR:
        text = literal(pattern[1:])
        known = tail if longest else head
        if text and text in known:
            if longest:
                return tail[tail.rindex(text) + len(text) :]
            return value[head.index(text) + len(text) :]
    return None
