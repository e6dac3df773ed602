"""Short ways to trees, for the tests of this folder."""

from __future__ import annotations

from converter.dockerfile.parser import parse
from converter.dockerfile.syntax import Dockerfile, Instruction
from converter.source import Edit, Source, Span, apply_edits


def tree(text: str) -> Dockerfile:
    return parse(Source("Dockerfile", text))


def only(text: str) -> Instruction:
    """The single instruction of the text."""
    (instruction,) = tree(text).instructions
    return instruction


def edited(text: str, span: Span, replacement: str) -> str:
    return apply_edits(text, [Edit(span, replacement)])


class Tokens:
    """Makes tokens and remembers the expressions that they stand for."""

    def __init__(self) -> None:
        self.expressions: list[str] = []

    def __call__(self, expression: str) -> str:
        self.expressions.append(expression)
        return f"\x00{len(self.expressions) - 1}\x01"
