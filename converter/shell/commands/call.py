"""What a command handler gets and gives."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec import Struct

from converter.machine.events import Site
from converter.machine.host import Entry
from converter.machine.state import State
from converter.machine.value import Value
from converter.shell import syntax
from converter.shell.expansion import Field
from converter.source import Source, Span

if TYPE_CHECKING:
    from converter.shell.interpreter import Interpreter


class Call(Struct, frozen=True):
    """One simple command about to run: `fields[0]` is its name.

    `stdin` is the text that it reads from standard input, None where that is not known;
    `fed_by` are the numbers of the events of the commands before it in a pipeline.
    """

    machine: Interpreter
    site: Site
    calls: tuple[Site, ...]
    fields: tuple[Field, ...]
    redirects: tuple[syntax.Redirect, ...]
    source: Source
    stdin: Value | None = None
    fed_by: tuple[int, ...] = ()

    @property
    def values(self) -> tuple[Value, ...]:
        """The values of the fields."""
        return tuple([field.value for field in self.fields])

    @property
    def spans(self) -> tuple[Span, ...]:
        """The spans of the fields; fields of one word share a span."""
        return tuple(field.span for field in self.fields)

    @property
    def number(self) -> int:
        """The number that the next event gets."""
        return self.machine.number()


class Result(Struct, frozen=True):
    """The state afterwards, and what was written to standard output, None where that is not known.

    `entry` is the file whose bytes the output is, where it is those of one file.
    """

    state: State
    output: Value | None
    entry: Entry | None = None


Handler = Callable[[Call, State], Result]
