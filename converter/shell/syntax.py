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
    """`$name` or `${...}`.

    `operation` is the raw text behind the name, empty for a plain one. `operator` is the one that it starts with:
    `:-` and its family, `%`, `%%`, `#`, `##`, `/`, `//`, `/#`, `/%`, `:` (a slice), `^`, `^^`, `,`, `,,`, `@` (a
    transformation); `operand` and `second` are the words behind it. `index` is the subscript of an array, `length`
    stands for `${#name}`, `indirect` for `${!name}`, which for a name with `*` or `@` behind it lists names.
    """

    name: str
    operation: str
    expression: str
    quoted: bool
    operator: str = ""
    operand: Word | None = None
    second: Word | None = None
    index: Word | None = None
    length: bool = False
    indirect: bool = False


class Substitution(Node, frozen=True):
    """`$(...)` or backquotes; `<(...)` and `>(...)` where `process` says which."""

    body: tuple[Statement, ...]
    expression: str
    quoted: bool
    process: str = ""


class Arithmetic(Node, frozen=True):
    """`$((...))`: `body` is what stands inside, with the rules of double quotes."""

    expression: str
    quoted: bool
    body: Word


class Element(Node, frozen=True):
    """One element of an array: `[index]=value`, or a word that may become several."""

    index: Word | None
    value: Word


class Array(Node, frozen=True):
    """`(a b [5]=c)` as the value of an assignment."""

    elements: tuple[Element, ...]
    expression: str


class Opaque(Node, frozen=True):
    """A part of a word that is recognised and not followed."""

    expression: str
    quoted: bool


class Dialectal(Node, frozen=True):
    """A part that only some shells know: `$'...'` and `$"..."`; others take the dollar as it is."""

    part: Text | Word
    expression: str


Part = Text | Parameter | Substitution | Arithmetic | Array | Opaque | Dialectal


class Word(Node, frozen=True):
    """A word of a command: parts that touch each other."""

    parts: tuple[Part, ...]


class Assignment(Node, frozen=True):
    """`name=value` or `name[index]=value`; the value of an array is one `Array` part; `append` for `+=`."""

    name: str
    value: Word
    append: bool
    index: Word | None = None


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
