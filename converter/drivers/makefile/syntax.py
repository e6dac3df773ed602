"""The lines of a Makefile, in the terms of GNU make's manual. Every node owns its span; nothing is expanded here."""

from __future__ import annotations

from msgspec import Struct

from converter.source import Span


class Node(Struct, frozen=True):
    """One logical line, or a `define` with its body: `span` holds its line ends."""

    span: Span


class Comment(Node, frozen=True):
    """A line that is blank or nothing but a comment."""


class Modifiers(Struct, frozen=True):
    """The words that may stand before an assignment."""

    export: bool = False
    unexport: bool = False
    override: bool = False
    private: bool = False


class Assignment(Node, frozen=True):
    """`name = value`: `operator` is one of `= := ::= :::= ?= += !=`, the value without its comment."""

    name: str
    operator: str
    value: str
    modifiers: Modifiers


class Define(Node, frozen=True):
    """`define name` up to its `endef`: the body without its last line end, which stands at `start`."""

    name: str
    operator: str
    body: str
    start: int
    modifiers: Modifiers


class Conditional(Node, frozen=True):
    """`ifeq`, `ifneq`, `ifdef`, `ifndef`, `else` and `endif`: `test` is the text behind the word."""

    keyword: str
    test: str


class Include(Node, frozen=True):
    """`include`, `-include` and `sinclude`; the last two do not mind a missing file."""

    names: str
    optional: bool


class Directive(Node, frozen=True):
    """`export`, `unexport`, `undefine`, `vpath` and `load`, with what stands behind the word."""

    keyword: str
    rest: str


class Rule(Node, frozen=True):
    """A line that is none of the above: targets and prerequisites, or an expansion on its own.

    `text` has no comment, continued lines joined. `recipe` is the span of a recipe behind a semicolon.
    """

    text: str
    recipe: Span | None


class Recipe(Node, frozen=True):
    """A line of a recipe with its continued lines: `text` is the span behind the recipe prefix, without the line end."""

    text: Span


class Problem(Node, frozen=True):
    """A line that make rejects."""

    message: str
