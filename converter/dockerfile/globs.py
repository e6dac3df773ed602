"""Path patterns as lists of tokens, matched in time that no pattern can blow up.

A match keeps the set of positions in the path that the tokens so far can end at,
as the bits of one integer: each token is a few operations on it.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from msgspec import Struct


class GlobError(ValueError):
    """A pattern that Go's `filepath.Match` rejects."""


class CharacterClass(Struct, frozen=True):
    """`[a-c]` or `[^a-c]`: ranges of characters, both ends included."""

    negated: bool
    ranges: tuple[tuple[str, str], ...]

    def has(self, character: str) -> bool:
        """Whether the class takes the character."""
        return any(low <= character <= high for low, high in self.ranges) != self.negated


class Literally(Struct, frozen=True):
    """Characters that stand for themselves."""

    text: str


Wildcard: TypeAlias = Literal["?", "*", "**/", "**"]
"""`?` one character and `*` any number, but no slash; `**/` any number of folders; `**` anything."""

Token: TypeAlias = "Literally | CharacterClass | Wildcard"


def glob_tokens(pattern: str) -> tuple[Token, ...]:
    """The tokens of a pattern as `filepath.Match` reads it, where `**` is no more than `*`."""
    tokens: list[Token] = []
    position = 0
    while position < len(pattern):
        character = pattern[position]
        if character == "*":
            _add(tokens, "*")
            position += 1
        elif character == "?":
            tokens.append("?")
            position += 1
        elif character == "[":
            position = _class(tokens, pattern, position)
        elif character == "\\":
            if position + 1 == len(pattern):
                raise GlobError(f"the pattern {pattern!r} ends with a backslash")
            _literal(tokens, pattern[position + 1])
            position += 2
        else:
            _literal(tokens, character)
            position += 1
    return tuple(tokens)


def ignore_tokens(pattern: str) -> tuple[Token, ...]:
    """The tokens of a cleaned line of an ignore file, where `**` spans folders.

    Raises `GlobError` for what `filepath.Match` rejects, as moby's `patternmatcher`
    does. Its ways with `**` (`Pattern.compile`) are kept: at the end it takes
    anything; elsewhere any number of whole folders, `**/` being the same as `**`;
    and at the start in front of a plain text anything again, so that `**x` takes `ax`.
    """
    glob_tokens(pattern)
    tokens: list[Token] = []
    position = 0
    while position < len(pattern):
        if pattern.startswith("**", position):
            position += 2
            slash = pattern.startswith("/", position)
            position += slash
            plain_rest = not slash and not tokens and not _has_meaning(pattern[position:])
            if position == len(pattern) or plain_rest:
                _add(tokens, "**")
            else:
                _add(tokens, "**/")
        else:
            # One plain step: everything but `**` means what it means in a glob.
            end = position + (2 if pattern[position] == "\\" else 1)
            if pattern[position] == "[":
                end = _class([], pattern, position)
            for token in glob_tokens(pattern[position:end]):
                if isinstance(token, Literally):
                    _literal(tokens, token.text)
                else:
                    _add(tokens, token)
            position = end
    return tuple(tokens)


def matches(tokens: tuple[Token, ...], path: str) -> bool:
    """Whether the tokens take the whole path."""
    if len(tokens) == 1 and isinstance(tokens[0], Literally):
        return path == tokens[0].text
    if tokens and isinstance(tokens[0], Literally) and not path.startswith(tokens[0].text):
        return False
    if tokens and isinstance(tokens[-1], Literally) and not path.endswith(tokens[-1].text):
        return False
    positions = 1
    for token in tokens:
        positions = _step(token, path, positions)
        if not positions:
            return False
    return bool(positions >> len(path))


def could_match_below(tokens: tuple[Token, ...], folder: str) -> bool:
    """Whether the tokens take some path that starts with `folder` and a slash."""
    path = folder + "/"
    positions = 1
    for index, token in enumerate(tokens):
        if isinstance(token, Literally):
            # The folder's end may fall into the middle of a literal.
            for start in _bits(positions):
                rest = path[start:]
                if len(rest) < len(token.text) and token.text.startswith(rest):
                    return True
        positions = _step(token, path, positions)
        if not positions:
            return False
        if positions >> len(path) and (token in ("**", "**/") or index + 1 < len(tokens)):
            return True
    return False


def _step(token: Token, path: str, positions: int) -> int:
    length = len(path)
    if isinstance(token, Literally):
        text = token.text
        reached = 0
        found = path.find(text, _lowest(positions))
        while found != -1:
            if positions >> found & 1:
                reached |= 1 << found + len(text)
            found = path.find(text, found + 1)
        return reached
    if isinstance(token, CharacterClass):
        return (positions & _mask(path, token)) << 1
    everything = (1 << length + 1) - 1
    behind = everything & ~((1 << _lowest(positions)) - 1)
    if token == "**":
        return behind
    slashes = _slashes(path)
    if token == "**/":
        return positions | (slashes & behind) << 1
    plain = ((1 << length) - 1) & ~slashes
    if token == "?":
        return (positions & plain) << 1
    # Adding lets a carry run through each stretch without a slash: the star's whole reach at once.
    return ((((positions & plain) + plain) ^ plain) | positions) & everything


def _lowest(bits: int) -> int:
    return (bits & -bits).bit_length() - 1


def _bits(bits: int) -> list[int]:
    return [index for index in range(bits.bit_length()) if bits >> index & 1]


def _slashes(path: str) -> int:
    result = 0
    found = path.find("/")
    while found != -1:
        result |= 1 << found
        found = path.find("/", found + 1)
    return result


def _mask(path: str, wanted: CharacterClass) -> int:
    return sum(1 << index for index, character in enumerate(path) if wanted.has(character))


def _add(tokens: list[Token], token: Token) -> None:
    # Two of the same in a row take no more than one, except for `?` and classes.
    if not (tokens and tokens[-1] == token and token in ("*", "**", "**/")):
        tokens.append(token)


def _literal(tokens: list[Token], text: str) -> None:
    if tokens and isinstance(tokens[-1], Literally):
        tokens[-1] = Literally(tokens[-1].text + text)
    else:
        tokens.append(Literally(text))


def _has_meaning(text: str) -> bool:
    return any(character in "*?[]\\" for character in text)


def _class(tokens: list[Token], pattern: str, start: int) -> int:
    position = start + 1
    negated = pattern.startswith("^", position)
    position += negated
    ranges: list[tuple[str, str]] = []
    while not (pattern.startswith("]", position) and ranges):
        low, position = _class_character(pattern, position)
        high = low
        if pattern.startswith("-", position):
            high, position = _class_character(pattern, position + 1)
        ranges.append((low, high))
    tokens.append(CharacterClass(negated, tuple(ranges)))
    return position + 1


def _class_character(pattern: str, position: int) -> tuple[str, int]:
    character = pattern[position : position + 1]
    if character == "\\":
        position += 1
        character = pattern[position : position + 1]
    elif character in ("-", "]"):
        character = ""
    if not character or position + 1 == len(pattern):
        raise GlobError(f"the pattern {pattern!r} has a bracket expression that is not complete")
    return character, position + 1
