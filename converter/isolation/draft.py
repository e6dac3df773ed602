"""An argument vector while it is being rewritten, and what is to happen with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

from msgspec import Struct

from converter.docker_cli.commands import Command
from converter.docker_cli.words import Flag, Word
from converter.isolation.names import Names


class Look(Protocol):
    """What a rewriting has to ask the engine."""

    def has_image(self, name: str) -> bool:
        """Whether the engine has an image of this name or id."""

    def image_names(self, identifier: str) -> tuple[str, ...] | None:
        """The names of an image that this run has made, given by its id; None for another image, or none."""

    def owns_container(self, identifier: str) -> bool:
        """Whether the container with this id was made by this run."""


class Action(Struct, frozen=True):
    """What to do for a command.

    `run` runs `argv`; `hold` does nothing and succeeds; `refuse` fails with `message`. `makes` has the private name
    of every image that the command will have named, by the name in the script; `kept` is a further name that it
    gets. `captures` tells what the command prints ids of. `uses` are images of others that the engine may have to
    fetch first, `pushed` the names that would have gone to a registry, `networks` those that it makes.
    """

    kind: Literal["run", "hold", "refuse"]
    argv: tuple[str, ...] = ()
    message: str = ""
    makes: tuple[tuple[str, str], ...] = ()
    kept: str = ""
    captures: Literal["", "image", "container"] = ""
    uses: tuple[str, ...] = ()
    pushed: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()


class Draft:
    """The words of a command with their replacements."""

    def __init__(self, command: Command, names: Names, look: Look, number: str) -> None:
        self.command = command
        self.names = names
        self.look = look
        self.number = number
        """Unlike that of any other command of the run."""
        self._edits: list[tuple[int, int, int, str]] = []
        self._dropped: set[int] = set()
        self._inserted: list[str] = []
        self._appended: list[str] = []

    def replace(self, word: Word, text: str) -> None:
        """Puts another text where the word stands."""
        self._edits.append((word.index, word.start, word.end, text))

    def drop(self, word: Word) -> None:
        """Leaves an operand out."""
        self._dropped.add(word.index)

    def drop_flag(self, flag: Flag) -> None:
        """Leaves a long flag, which shares its argument with no other, and its value out."""
        self._dropped.update(range(flag.first, flag.last + 1))

    def insert(self, *words: str) -> None:
        """Puts words right behind the name of the command."""
        self._inserted += words

    def append(self, *words: str) -> None:
        """Puts operands behind all others."""
        self._appended += words

    def words(self) -> tuple[str, ...]:
        """The rewritten argument vector."""
        argv = list(self.command.argv)
        for index, start, end, text in sorted(self._edits, reverse=True):
            argv[index] = argv[index][:start] + text + argv[index][end:]
        behind = _behind_the_name(self.command)
        kept = [(index, word) for index, word in enumerate(argv) if index not in self._dropped]
        return (
            *(word for index, word in kept if index < behind),
            *self._inserted,
            *(word for index, word in kept if index >= behind),
            *self._appended,
        )

    def run(
        self,
        *,
        makes: Sequence[tuple[str, str]] = (),
        kept: str = "",
        captures: Literal["", "image", "container"] = "",
        uses: Sequence[str] = (),
        pushed: Sequence[str] = (),
        networks: Sequence[str] = (),
    ) -> Action:
        """Runs what the draft has become; see `Action` for the rest."""
        return Action(
            kind="run",
            argv=self.words(),
            makes=tuple(makes),
            kept=kept,
            captures=captures,
            uses=tuple(uses),
            pushed=tuple(pushed),
            networks=tuple(networks),
        )


def hold(*, pushed: Sequence[str] = ()) -> Action:
    """Does nothing, and says that all went well."""
    return Action("hold", pushed=tuple(pushed))


def refuse(message: str) -> Action:
    """Does nothing, and fails."""
    return Action("refuse", message=message)


def _behind_the_name(command: Command) -> int:
    """The index of the first argument behind the last word of the subcommand."""
    flags = {index for flag in command.globals for index in range(flag.first, flag.last + 1)}
    index = command.prefix_end + 1
    left = len(command.path)
    while left and index < len(command.argv):
        if index not in flags:
            left -= 1
        index += 1
    return index
