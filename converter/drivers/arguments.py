"""What a shell script's first argument may be: the names of a script that does another thing for each."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from converter.shell import syntax
from converter.source import Span

MAX_NAMES = 24
"""More names are no list of things to do."""

_NAME = re.compile(r"[A-Za-z][\w.:-]*")
_FIRST = frozenset({"1", "@", "*"})


class Choice(Struct, frozen=True):
    """The names among which a first argument chooses, and the last command of the script that looks at it."""

    names: tuple[str, ...]
    span: Span


def first_argument(script: syntax.Script) -> Choice | None:
    """The names that a script compares its first argument to, and its functions where that may call one, in order.

    A variable that was given the first argument stands for it. None for a script without such names, or with very many.
    """
    names: list[str] = []
    functions: list[str] = []
    given = set(_FIRST)
    place: Span | None = None
    calls = False
    for command in _commands(script):
        before = len(names)
        if isinstance(command, syntax.Function):
            functions.append(command.name)
        elif isinstance(command, syntax.Case) and _is_one(command.subject, given):
            names += [text for arm in command.arms for pattern in arm.patterns if (text := _literal(pattern))]
        elif isinstance(command, syntax.Test):
            names += _compared(command.words, given)
        elif isinstance(command, syntax.SimpleCommand):
            given |= {one.name for one in command.assignments if _is_one(one.value, given)}
            head = _literal(command.words[0]) if command.words else ""
            if head in ("[", "test"):
                names += _compared(command.words[1:], given)
            if command.words and _is_one(command.words[0], given):
                calls, place = True, command.span
        if len(names) > before:
            place = command.subject.span if isinstance(command, syntax.Case) else command.span
    found = tuple(dict.fromkeys(name for name in [*names, *(functions if calls else ())] if _NAME.fullmatch(name)))
    return Choice(found, place) if found and place is not None and len(found) <= MAX_NAMES else None


def _commands(script: syntax.Script) -> Iterator[syntax.Command]:
    stack = [statement.command for statement in reversed(script.statements)]
    while stack:
        command = stack.pop()
        yield command
        stack.extend(reversed(syntax.parts_of(command)))


def _is_one(word: syntax.Word, names: set[str]) -> bool:
    """Whether a word is nothing but one of these variables, or a default in place of it."""
    part = word.parts[0] if len(word.parts) == 1 else None
    return (
        isinstance(part, syntax.Parameter)
        and part.name in names
        and part.operator in ("", "-", ":-", "?", ":?")
        and not (part.length or part.indirect or part.index)
    )


def _compared(words: tuple[syntax.Word, ...], names: set[str]) -> list[str]:
    """The texts that a test holds against the first argument."""
    return [
        _literal(right)
        for left, operator, right in zip(words, words[1:], words[2:], strict=False)
        if _is_one(left, names) and _literal(operator) in ("=", "==", "!=")
    ]


def _literal(word: syntax.Word) -> str:
    """The text of a word without expansions, "" for any other."""
    if not all(isinstance(part, syntax.Text) for part in word.parts):
        return ""
    return "".join(part.text for part in word.parts if isinstance(part, syntax.Text))
