"""Regular expressions of POSIX, basic and extended, as Python's.

https://pubs.opengroup.org/onlinepubs/9799919799/basedefs/V1_chap09.html
"""

from __future__ import annotations

import re

_CLASSES = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "blank": " \\t",
    "digit": "0-9",
    "lower": "a-z",
    "space": "\\s",
    "upper": "A-Z",
    "xdigit": "0-9A-Fa-f",
    "punct": re.escape("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"),
}
_GNU_ESCAPES = {"n": "\\n", "t": "\\t", "s": "\\s", "S": "\\S", "w": "\\w", "W": "\\W", "b": "\\b"}


def translate(pattern: str, extended: bool) -> str | None:
    """The same pattern for `re`; None for one that is not certain to mean the same.

    An alternative is refused, as POSIX takes the longest one and Python the first.
    """
    parts: list[str] = []
    position = 0
    atoms = 0
    while position < len(pattern):
        character = pattern[position]
        escaped = character == "\\"
        if escaped:
            position += 1
            if position == len(pattern):
                return None
            character = pattern[position]
        operator = character in "(){}|+?" and escaped != extended
        if character == "[" and not escaped:
            found = _bracket(pattern, position)
            if found is None:
                return None
            text, position = found
            parts.append(text)
            atoms += 1
            continue
        position += 1
        if operator:
            if character == "|":
                return None
            if character == "{":
                end = pattern.find("}", position)
                inner = pattern[position:end].rstrip("\\")
                if end == -1 or not re.fullmatch(r"\d+(,\d*)?", inner) or not atoms:
                    return None
                parts.append("{" + inner + "}")
                position = end + 1
                continue
            if character in "+?" and not atoms:
                return None
            parts.append(character)
            atoms = 0 if character == "(" else atoms + 1
        elif escaped:
            if character.isdigit():
                parts.append("\\" + character)
            elif character.isalpha():
                if character not in _GNU_ESCAPES:
                    return None
                parts.append(_GNU_ESCAPES[character])
            else:
                parts.append(re.escape(character))
            atoms += 1
        elif character == "*":
            if not atoms:
                parts.append("\\*")
            else:
                parts.append("*")
        elif character == ".":
            parts.append("[^\\n]")
            atoms += 1
        elif character == "^":
            start = not parts or parts[-1] == "("
            parts.append("^" if start or extended else "\\^")
        elif character == "$":
            end_here = position == len(pattern) or (pattern[position:].startswith(")" if extended else "\\)"))
            parts.append("$" if end_here or extended else "\\$")
        else:
            parts.append(re.escape(character))
            atoms += 1
    text = "".join(parts)
    try:
        re.compile(text)
    except re.error:
        return None
    return text


def _bracket(pattern: str, start: int) -> tuple[str, int] | None:
    """A bracket expression that begins at `start`, and the position behind it."""
    position = start + 1
    negated = pattern[position : position + 1] == "^"
    position += negated
    parts: list[str] = []
    first = True
    while position < len(pattern):
        character = pattern[position]
        if character == "]" and not first:
            return "[" + ("^" if negated else "") + "".join(parts) + "]", position + 1
        first = False
        if pattern.startswith("[:", position):
            end = pattern.find(":]", position)
            name = pattern[position + 2 : end]
            if end == -1 or name not in _CLASSES:
                return None
            parts.append(_CLASSES[name])
            position = end + 2
        elif pattern.startswith(("[.", "[="), position):
            return None
        else:
            parts.append("-" if character == "-" else re.escape(character))
            position += 1
    return None
