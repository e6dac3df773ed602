"""The syntax tree of a shell script, in the terms of the POSIX shell command language.

https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html
Every node has the span of its source. The tree says what was written; nothing
is expanded here.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from converter.source import Span


class Node(Struct, frozen=True, gc=False):
    """Anything with a place in the script. No node holds one that holds it, so that the garbage collector need not look."""

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


class Body(Node, frozen=True):
    """A list between two reserved words: its span reaches from behind the first to the second."""

    statements: tuple[Statement, ...]


class Clause(Node, frozen=True):
    """`if TEST; then BODY` or `elif TEST; then BODY`."""

    test: Body
    body: Body


class If(Node, frozen=True):
    """`if`, any number of `elif`, and `else`."""

    clauses: tuple[Clause, ...]
    otherwise: Body | None


class For(Node, frozen=True):
    """`for NAME in WORDS` or `select NAME in WORDS`: `words` is None for the positional parameters."""

    name: str
    words: tuple[Word, ...] | None
    body: Body
    select: bool


class CountedFor(Node, frozen=True):
    """bash's `for ((first; test; next))`."""

    first: str
    test: str
    next: str
    body: Body


class While(Node, frozen=True):
    """`while` or, where `until` is set, `until`."""

    test: Body
    body: Body
    until: bool


class Arm(Node, frozen=True):
    """`PATTERN | PATTERN) BODY ;;`: `terminator` is empty where the last arm has none."""

    patterns: tuple[Word, ...]
    body: Body
    terminator: str


class Case(Node, frozen=True):
    """`case SUBJECT in ... esac`."""

    subject: Word
    arms: tuple[Arm, ...]


class Test(Node, frozen=True):
    """`[[ ... ]]`: the words and operators between the brackets."""

    words: tuple[Word, ...]


class Evaluation(Node, frozen=True):
    """`(( ... ))`."""

    expression: str


class Redirected(Node, frozen=True):
    """A compound command with redirections of its own."""

    command: Command
    redirects: tuple[Redirect, ...]


class Compound(Node, frozen=True):
    """A construct that is not read in parts: `keyword` names it.

    `commands` are all commands inside, in order, `assigned` the variables that it may set, and
    `words` those of its head.
    """

    keyword: str
    commands: tuple[Command, ...]
    assigned: tuple[str, ...]
    words: tuple[Word, ...] = ()


Command = (
    SimpleCommand
    | AndOr
    | Pipeline
    | Negated
    | Group
    | Function
    | If
    | For
    | CountedFor
    | While
    | Case
    | Test
    | Evaluation
    | Redirected
    | Compound
)


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


def names_in(word: Word) -> list[str]:
    """The names of the parameters in a word, those in operands and subscripts included; substitutions are not looked into."""
    names: list[str] = []
    stack: list[Word] = [word]
    while stack:
        for part in stack.pop().parts:
            if isinstance(part, Parameter):
                names.append(part.name)
                stack += [inner for inner in (part.operand, part.second, part.index) if inner is not None]
            elif isinstance(part, Arithmetic):
                stack.append(part.body)
            elif isinstance(part, Array):
                stack += [inner for e in part.elements for inner in (e.index, e.value) if inner is not None]
            elif isinstance(part, Dialectal) and isinstance(part.part, Word):
                stack.append(part.part)
    return names


def parts_of(command: Command) -> tuple[Command, ...]:
    """The commands directly inside a command, in the order of the source; substitutions are not looked into."""
    if isinstance(command, AndOr):
        return (command.left, command.right)
    if isinstance(command, (Pipeline, Compound)):
        return command.commands
    if isinstance(command, (Negated, Redirected)):
        return (command.command,)
    if isinstance(command, Group):
        return tuple(statement.command for statement in command.body)
    if isinstance(command, Function):
        return (command.body,)
    return tuple(statement.command for body in bodies_of(command) for statement in body.statements)


def bodies_of(command: Command) -> tuple[Body, ...]:
    """The lists of a compound command, tests included, in the order of the source."""
    if isinstance(command, If):
        bodies = [body for clause in command.clauses for body in (clause.test, clause.body)]
        return (*bodies, command.otherwise) if command.otherwise is not None else tuple(bodies)
    if isinstance(command, (For, CountedFor)):
        return (command.body,)
    if isinstance(command, While):
        return (command.test, command.body)
    if isinstance(command, Case):
        return tuple(arm.body for arm in command.arms)
    return ()


def simple_commands(command: Command) -> list[SimpleCommand]:
    """Every simple command inside, in the order of the source; substitutions are not looked into."""
    found: list[SimpleCommand] = []
    stack: list[Command] = [command]
    while stack:
        current = stack.pop()
        if isinstance(current, SimpleCommand):
            found.append(current)
        else:
            stack.extend(reversed(parts_of(current)))
    return found
