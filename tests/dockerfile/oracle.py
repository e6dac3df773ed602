"""The tree told in the words of the `dockerfile` package, BuildKit's own parser (version 0.12.5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import dockerfile

from converter.dockerfile.arguments import WHOLE
from converter.dockerfile.flags import Flag
from converter.dockerfile.pairs import pairs
from converter.dockerfile.parser import parse
from converter.dockerfile.syntax import Dockerfile, Instruction
from converter.source import Source


@dataclass(frozen=True, slots=True)
class Told:
    """An instruction as both sides can tell it."""

    keyword: str
    inner: str | None
    flags: tuple[str, ...]
    json: bool
    value: tuple[str, ...]
    lines: tuple[int, int]
    heredocs: tuple[tuple[str, int, str], ...]


def told_by_buildkit(text: str) -> list[Told] | str:
    """What BuildKit's parser says: the instructions, or the message of its error."""
    try:
        commands: Any = dockerfile.parse_string(text)
    except dockerfile.GoParseError as error:
        return str(error)
    return [
        Told(
            keyword=_upper(command.cmd or ""),
            inner=command.sub_cmd and _upper(command.sub_cmd),
            flags=tuple(command.flags),
            json=command.json,
            value=tuple(command.value),
            lines=(command.start_line, command.end_line),
            heredocs=tuple((doc.name, doc.file_descriptor, doc.content) for doc in command.heredocs),
        )
        for command in commands
    ]


def told_by_tree(text: str) -> list[Told]:
    """What the tree says of the same text."""
    tree = parse(Source("Dockerfile", text))
    return [_told(tree, instruction) for instruction in tree.instructions]


def _upper(keyword: str) -> str:
    return keyword.upper() if keyword.isascii() else keyword


def _told(tree: Dockerfile, instruction: Instruction) -> Told:
    source = tree.source
    inner = instruction.inner
    first, _ = source.position(instruction.span.start)
    last, _ = source.position(instruction.span.end - 1)
    return Told(
        keyword=instruction.keyword,
        inner=inner.keyword if inner else None,
        flags=tuple(map(_flag, instruction.flags)),
        json=(inner or instruction).form == "json",
        value=_value(inner or instruction),
        lines=(first, last),
        # The package does not tell those of ONBUILD, whose line range shows that BuildKit reads them.
        heredocs=()
        if inner
        else tuple((doc.delimiter, doc.descriptor, source.slice(doc.body)) for doc in instruction.heredocs),
    )


def _flag(flag: Flag) -> str:
    return f"--{flag.name}" if flag.value is None else f"--{flag.name}={flag.value}"


def _value(instruction: Instruction) -> tuple[str, ...]:
    keyword = instruction.keyword
    words = tuple(argument.value for argument in instruction.arguments)
    if keyword in ("ENV", "LABEL"):
        return tuple(part for pair in pairs(instruction) for part in (pair.name, pair.value or ""))
    if keyword in WHOLE or keyword == "ARG" or instruction.form == "json":
        return words
    if keyword in ("CMD", "ENTRYPOINT", "RUN", "SHELL"):
        return (instruction.command,) if instruction.command else ()
    if keyword == "HEALTHCHECK":
        rest = instruction.command[len(words[0]) :].lstrip() if words else ""
        return (*words[:1], rest) if rest else words[:1]
    if keyword in ("ADD", "COPY", "EXPOSE", "FROM", "VOLUME"):
        return words
    if keyword == "ONBUILD":
        return ("",) if instruction.inner else ()
    # BuildKit's parser drops the arguments of an instruction that it does not know.
    return ("",)
