"""The syntax tree of a shell script, in the terms of the POSIX shell command language.

https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html
Every node has the span of its source. The tree says what was written; nothing
is expanded here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from converter.source import Span


@dataclass(frozen=True, slots=True)
class Node:
    """Anything with a place in the script."""

    span: Span


@dataclass(frozen=True, slots=True)
class Text(Node):
    """Literal characters, quotes and escapes removed. Unquoted ones may be a pattern, a tilde or braces."""

    text: str
    quoted: bool


@dataclass(frozen=True, slots=True)
class Parameter(Node):
    """`$name` or `${...}`: `operator` and `rest` are the raw text behind the name, empty for a plain one."""

    name: str
    operation: str
    expression: str
    quoted: bool


@dataclass(frozen=True, slots=True)
class Substitution(Node):
    """`$(...)` or backquotes."""

    body: tuple[Statement, ...]
    expression: str
    quoted: bool


@dataclass(frozen=True, slots=True)
class Arithmetic(Node):
    """`$((...))`."""

    expression: str
    quoted: bool


@dataclass(frozen=True, slots=True)
class Opaque(Node):
    """A part of a word that is recognised and not followed: process substitution and the like."""

    expression: str
    quoted: bool


Part = Text | Parameter | Substitution | Arithmetic | Opaque


@dataclass(frozen=True, slots=True)
class Word(Node):
    """A word of a command: parts that touch each other."""

    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Assignment(Node):
    """`name=value`; `value` is None for an array or another form that is not followed; `append` for `+=`."""

    name: str
    value: Word | None
    append: bool


@dataclass(frozen=True, slots=True)
class Redirect(Node):
    """`2>file`, `<file`, `<<EOF`: `target` is None for a here-document."""

    operator: str
    descriptor: int | None
    target: Word | None


@dataclass(frozen=True, slots=True)
class SimpleCommand(Node):
    """Assignments, words and redirections. `declares` for `export`, `local`, `readonly` and `declare`."""

    assignments: tuple[Assignment, ...]
    words: tuple[Word, ...]
    redirects: tuple[Redirect, ...]


@dataclass(frozen=True, slots=True)
class AndOr(Node):
    """`left && right` or `left || right`."""

    left: Command
    operator: Literal["&&", "||"]
    right: Command


@dataclass(frozen=True, slots=True)
class Pipeline(Node):
    """Commands joined by `|` or `|&`."""

    commands: tuple[Command, ...]


@dataclass(frozen=True, slots=True)
class Negated(Node):
    """`! command`."""

    command: Command


@dataclass(frozen=True, slots=True)
class Group(Node):
    """`{ ...; }` or, where `subshell` is set, `( ... )`."""

    body: tuple[Statement, ...]
    subshell: bool
    redirects: tuple[Redirect, ...] = ()


@dataclass(frozen=True, slots=True)
class Function(Node):
    """A function definition."""

    name: str
    body: Command


@dataclass(frozen=True, slots=True)
class Compound(Node):
    """`if`, `for`, `while`, `case`, `[[ ... ]]` and other constructs: `keyword` names it.

    `commands` are all commands inside, in order, and `assigned` the variables that it may set.
    """

    keyword: str
    commands: tuple[Command, ...]
    assigned: tuple[str, ...]


Command = SimpleCommand | AndOr | Pipeline | Negated | Group | Function | Compound


@dataclass(frozen=True, slots=True)
class Statement(Node):
    """A command in a list; `background` for one that ends in `&`."""

    command: Command
    background: bool


@dataclass(frozen=True, slots=True)
class Comment(Node):
    """A comment, without its line end."""


@dataclass(frozen=True, slots=True)
class Problem(Node):
    """A place that the grammar cannot read."""

    message: str


@dataclass(frozen=True, slots=True)
class Script(Node):
    """A whole file."""

    statements: tuple[Statement, ...]
    comments: tuple[Comment, ...]
    problems: tuple[Problem, ...]
