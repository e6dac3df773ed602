"""What every driver gives: the runs that its file may mean, and where edits of shell text belong in its files."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping
from typing import Protocol

from msgspec import Struct, field

from converter.machine.host import StartingFiles
from converter.shell.commands.container import Inspect
from converter.shell.interpreter import Run
from converter.shell.recorded import Guide
from converter.source import Edit, Source, Span


class OptionError(Exception):
    """Something that the person said cannot be used: the message says what."""


class Request(Struct, frozen=True):
    """The tree as far as it is known, and what the person said about the driver.

    `inspector` makes what looks at the images of a run; `targets` are the goals or jobs that were named; `guide` makes
    what leads an interpretation along a recorded run.
    """

    texts: Mapping[str, Source]
    files: StartingFiles
    unreadable: Container[str]
    inspector: Callable[[Run], Inspect]
    cwd: str | None = None
    arguments: tuple[str, ...] | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    targets: tuple[str, ...] = ()
    guide: Callable[[], Guide] | None = None


Start = Callable[[], Run]
"""Follows one way to start the driver. Raises `Refusal` and `NeedsFiles`."""


class Changes(Struct):
    """What happens to a text: its edits, and the spans that go or change, each with the reason."""

    edits: list[Edit] = field(default_factory=list)
    removed: list[tuple[Span, str]] = field(default_factory=list)
    rewritten: list[tuple[Span, str]] = field(default_factory=list)


class Driver(Protocol):
    """One kind of file that recipes hide in."""

    name: str

    def starts(self, source: Source, request: Request) -> Iterator[list[Start]]:
        """The ways to start it, likeliest first; those of one list are a choice that only the person can make.

        Raises `OptionError`, `Refusal` and `NeedsFiles`.
        """

    def rewrite(
        self, run: Run, changes: Mapping[str, Changes], moved: Mapping[str, str]
    ) -> list[tuple[Source, Changes]]:
        """The files that a run came from, with the changes of its texts (by their path) as changes of the files.

        `moved` maps the files that go to those that have their contents now. Raises `Refusal` for a change that cannot be made there.
        """
