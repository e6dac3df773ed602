"""The syntax tree of a shell script, in the terms of the POSIX shell command language.

https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html
Every node has the span of its source. The tree says what was written; nothing
is expanded here.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from converter.source import Span


class Node(Struct, frozen=True):
    """Anything with a place in the script."""

    span: Span


class Text(Node, frozen=True):
    """Literal characters, quotes and escapes removed. Unquoted ones may be a pattern, a tilde or braces."""

    text: str
    quoted: bool


class Parameter(Node, frozen=True):
    """`$name` or `${...}`: `operator` and `rest` are the raw text behind the name, empty for a plain one."""

    name: str
    operation: str
    expression: str
    quoted: bool


class Substitution(Node, frozen=True):
    """`$(...)` or backquotes."""

    body: tuple[Statement, ...]
    expression: str
    quoted: bool


class Arithmetic(Node, frozen=True):
    """`$((...))`."""

    expression: str
    quoted: bool


class Opaque(Node, frozen=True):
    """A part of a word that is recognised and not followed: process substitution and the like."""

    expression: str
    quoted: bool


Part = Text | Parameter | Substitution | Arithmetic | Opaque


class Word(Node, frozen=True):
    """A word of a command: parts that touch each other."""

    parts: tuple[Part, ...]


class Assignment(Node, frozen=True):
    """`name=value`; `value` is None for an array or another form that is not followed; `append` for `+=`."""

    name: str
    value: Word | None
    append: bool


class Redirect(Node, frozen=True):
    """`2>file`, `<file`, `<<EOF`: `target` is None for a here-document, whose lines are `body`.

    The span of the body is that of its whole lines. With a quoted delimiter it is one literal text; the tabs
    that `<<-` drops are not part of its texts.
    """

    operator: str
    descriptor: int | None
    target: Word | None
    body: Word | None = None


class SimpleCommand(Node, frozen=True):
    """Assignments, words and redirections. `declares` for `export`, `local`, `readonly` and `declare`."""

    assignments: tuple[Assignment, ...]
    words: tuple[Word, ...]
    redirects: tuple[Redirect, ...]


class AndOr(Node, frozen=True):
    """`left && right` or `left || right`."""

    left: Command
    operator: Literal["&&", "||"]
    right: Command


class Pipeline(Node, frozen=True):
    """Commands joined by `|` or `|&`."""

    commands: tuple[Command, ...]


class Negated(Node, frozen=True):
    """`! command`."""

    command: Command


class Group(Node, frozen=True):
    """`{ ...; }` or, where `subshell` is set, `( ... )`."""

    body: tuple[Statement, ...]
    subshell: bool
    redirects: tuple[Redirect, ...] = ()


class Function(Node, frozen=True):
    """A function definition."""

    name: str
    body: Command


class Compound(Node, frozen=True):
    """`if`, `for`, `while`, `case`, `[[ ... ]]` and other constructs: `keyword` names it.

    `commands` are all commands inside, in order, `assigned` the variables that it may set, and
    `words` those of its head: the list of a `for`, the subject of a `case`.
    """

    keyword: str
    commands: tuple[Command, ...]
    assigned: tuple[str, ...]
    words: tuple[Word, ...] = ()


Command = SimpleCommand | AndOr | Pipeline | Negated | Group | Function | Compound


class Statement(Node, frozen=True):
    """A command in a list; `background` for one that ends in `&`."""

    command: Command
    background: bool


class Comment(Node, frozen=True):
    """A comment, without its line end."""


class Problem(Node, frozen=True):
    """A place that the grammar cannot read."""

    message: str


class Script(Node, frozen=True):
    """A whole file."""

    statements: tuple[Statement, ...]
    comments: tuple[Comment, ...]
    problems: tuple[Problem, ...]
