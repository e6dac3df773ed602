"""The commands of a builder, one by one, with the folder that each of them works in."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from msgspec import Struct

from converter.dockerfile.environment import Scope
from converter.machine import paths
from converter.plan.dockerfiles import BuildFile
from converter.plan.runs_text import run_text


class BuildCommand(Struct, frozen=True):
    """A simple command of a RUN, or of a container that builds: its words, and its folder, None where that is not known."""

    words: tuple[str, ...]
    folder: str | None

    @property
    def program(self) -> str:
        """The name of the program, without its path."""
        return paths.base_name(self.words[0])

    def place(self, word: str) -> str | None:
        """The absolute path that a word names."""
        if word.startswith("/"):
            return paths.join("/", word)
        return paths.join(self.folder, word) if self.folder is not None else None


def commands_of(builder: BuildFile, only: int | None = None) -> Iterator[BuildCommand]:
    """Every command, as far as its text tells it; words keep variables that the Dockerfile does not set.

    With `only`, those of the stage with this index.
    """
    for state, stage in zip(builder.states, builder.stages, strict=True):
        if only is not None and stage.index != only:
            continue
        for scope, instruction in zip(state.scopes, stage.instructions, strict=True):
            if instruction.keyword == "RUN":
                yield from _split(run_text(instruction, builder.source), scope)
    for line in builder.added.splitlines() if only in (None, builder.target.index) else ():
        yield from _split(line, builder.state.final)


def _split(text: str, scope: Scope) -> Iterator[BuildCommand]:
    folder = scope.workdir
    for part in re.split(r"&&|\|\||[;|&\n(){}]", re.sub(r"\$\{(\w+)\}|\$(\w+)", lambda m: _value(m, scope), text)):
        try:
            # most commands have nothing that shlex, which goes by the character, is needed for
            words = part.split() if _QUOTING.isdisjoint(part) else shlex.split(part, comments=True)
        except ValueError:
            words = part.split()
        while words and (re.match(r"\w+=", words[0]) or words[0] in _LEADS):
            words = words[1:]
        if not words:
            continue
        yield BuildCommand(tuple(words), folder)
        if words[0] == "cd":
            place = BuildCommand(tuple(words), folder).place(words[1]) if len(words) == 2 else None
            folder = None if place is None or "$" in place else place


_QUOTING = frozenset("\"'\\#")

_LEADS = frozenset("env exec sudo time nice if then else do ! sh bash -c -ec -exc -lc -ex -e -x -xe set".split())
"""Words in front of a command that say nothing about it."""


def _value(match: re.Match[str], scope: Scope) -> str:
    found = scope.lookup(match.group(1) or match.group(2))
    return match.group() if found is None else found
