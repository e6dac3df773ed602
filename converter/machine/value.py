"""Values of a script: text that remembers where its parts came from.

A value is a sequence of pieces. A literal piece stands in the script as it is;
a referenced piece keeps the expression that produced it. `flat` is the whole
value as one string, in which what is not known is an opaque token, so that two
values are equal when their expressions are equal under unchanged inputs, and
paths can be joined and compared without knowing every part of them.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable

from msgspec import Struct, field

from converter.machine.predicate import Condition, Facts, decide
from converter.source import Source, Span

TOKEN_START = "\x00"
TOKEN_END = "\x01"
ROOT_TOKEN = "\x000\x01"
"""Stands for the absolute path of the root, which is different on every machine."""


class Reference(Struct, frozen=True):
    """An expression of the script: `$VERSION`, `${1}`, `$(git describe)`.

    `variable` is the name where the expression is nothing but one variable.
    `quoted` tells whether it stood in double quotes. `binding` identifies the
    assignment that the value came from, None where it came from outside. `round` is that of the loop that gave the
    value, as in `Variable`.
    """

    expression: str
    variable: str | None
    quoted: bool
    source: Source
    span: Span
    binding: int | None = None
    round: int | None = None


class Piece(Struct, frozen=True):
    """A part of a value: `reference` is None for literal text."""

    text: str
    reference: Reference | None = None


class Value(Struct, frozen=True):
    """A word's value; `pieces` are in order."""

    pieces: tuple[Piece, ...]

    @staticmethod
    def literal(text: str) -> Value:
        """A value that stands in the script as it is."""
        return Value((Piece(text),)) if text else EMPTY

    @property
    def flat(self) -> str:
        """The value as one string; what is not known is a token."""
        pieces = self.pieces
        if len(pieces) == 1:
            return pieces[0].text
        return "".join([piece.text for piece in pieces])

    @property
    def known(self) -> bool:
        """Whether every part of the value is known."""
        return TOKEN_START not in self.flat

    def slice(self, start: int, end: int | None = None) -> Value:
        """The characters from `start` to `end` of `flat`; a reference that is cut keeps being one piece's origin."""
        pieces: list[Piece] = []
        position = 0
        stop = len(self.flat) if end is None else end
        for piece in self.pieces:
            low, high = max(start - position, 0), min(stop - position, len(piece.text))
            if low < high:
                whole = low == 0 and high == len(piece.text)
                if whole:
                    pieces.append(piece)
                elif piece.reference is None:
                    pieces.append(Piece(piece.text[low:high]))
                else:
                    pieces.append(Piece(piece.text[low:high], _cut(piece.reference)))
            position += len(piece.text)
        return Value(tuple(pieces))

    def references(self) -> Iterable[Piece]:
        """The pieces that came from an expression."""
        return (piece for piece in self.pieces if piece.reference is not None)

    def __add__(self, other: Value) -> Value:
        return join((self, other))


EMPTY = Value(())


def join(values: Iterable[Value]) -> Value:
    """The values one behind the other; neighbouring literals become one piece."""
    values = tuple(values)
    if len(values) == 1 and len(values[0].pieces) == 1:
        return values[0]
    pieces: list[Piece] = []
    for value in values:
        for piece in value.pieces:
            if pieces and piece.reference is None and pieces[-1].reference is None:
                pieces[-1] = Piece(pieces[-1].text + piece.text)
            else:
                pieces.append(piece)
    return Value(tuple(pieces))


def _cut(reference: Reference) -> Reference:
    """A reference of which only a part is used: it can no longer be written as the expression."""
    return Reference("", None, reference.quoted, reference.source, reference.span, reference.binding, reference.round)


class Unknown(Struct, frozen=True):
    """Something that reading cannot tell: the expression, and why.

    `is_word` tells that it certainly is letters and digits, as an id is; `single` that it is one word for certain:
    neither empty nor with blanks in it.
    """

    token: str
    expression: str
    why: str
    is_word: bool = False
    single: bool = False


class Unknowns(Struct):
    """The unknowns of one interpretation; equal keys are the same unknown."""

    _by_key: dict[Hashable, Unknown] = field(default_factory=dict)
    _by_token: dict[str, Unknown] = field(default_factory=dict)
    choices: dict[str, tuple[tuple[Condition, Value], ...]] = field(default_factory=dict)
    """Tokens of values that differ by the path taken, with what each path gave."""
    deciding: set[tuple[Hashable, ...]] = field(default_factory=set)
    """What tests ask (the beginnings of their keys) on which something behind them depends."""
    lists: set[str] = field(default_factory=set)
    """Names of arrays to which branches gave different elements."""

    def __post_init__(self) -> None:
        self.token("root", "$PWD", "the folder that the repository lies in", single=True)

    def token(self, key: Hashable, expression: str, why: str, is_word: bool = False, single: bool = False) -> str:
        """The token that stands for the unknown with this key; `is_word` and `single` as in `Unknown`."""
        found = self._by_key.get(key)
        if found is None:
            token = f"{TOKEN_START}{len(self._by_key)}{TOKEN_END}"
            found = Unknown(token, expression, why, is_word, single or is_word)
            self._by_key[key] = found
            self._by_token[found.token] = found
        return found.token

    def choice(self, options: tuple[tuple[Condition, Value], ...], expression: str) -> str:
        """The token of a value that is another one on each of several paths."""
        key = ("choice", tuple((condition.predicate, value.flat) for condition, value in options))
        token = self.token(key, expression, "branches of the script give it different values")
        self.choices.setdefault(token, options)
        return token

    def resolve(self, flat: str, facts: Facts) -> str:
        """A flat value with the choices made that the facts decide."""
        if not self.choices or TOKEN_START not in flat:
            return flat
        for unknown in self.tokens_in(flat):
            options = self.choices.get(unknown.token, ())
            left = [value for condition, value in options if decide(condition.predicate, facts) is not False]
            if options and len(left) == 1:
                flat = flat.replace(unknown.token, self.resolve(left[0].flat, facts))
        return flat

    def open_choice(self, flat: str) -> str | None:
        """The first token of a flat value that stands for a choice, None without one."""
        if not self.choices or TOKEN_START not in flat:
            return None
        return next((unknown.token for unknown in self.tokens_in(flat) if unknown.token in self.choices), None)

    def plain(self, flat: str) -> bool:
        """Whether every choice in a flat value is between single words that are no flags."""
        for unknown in self.tokens_in(flat):
            for _, value in self.choices.get(unknown.token, ()):
                text = re.sub("\x00[^\x01]*\x01", "x", value.flat)
                if not re.fullmatch(r"[\w.:/@%+=,][\w.:/@%+=,-]*", text):
                    return False
        return True

    def tokens_in(self, text: str) -> list[Unknown]:
        """The unknowns that a flat value holds, in order."""
        found = []
        start = text.find(TOKEN_START)
        while start != -1:
            end = text.index(TOKEN_END, start) + 1
            found.append(self._by_token[text[start:end]])
            start = text.find(TOKEN_START, end)
        return found

    def show(self, text: str) -> str:
        """A flat value for a person: each unknown as the expression it came from."""
        if TOKEN_START not in text:
            return text
        for unknown in self.tokens_in(text):
            text = text.replace(unknown.token, unknown.expression)
        return text


def is_known(flat: str) -> bool:
    """Whether a flat value holds no unknown."""
    return TOKEN_START not in flat
