"""Values of a command line that know where they stand in it."""

from __future__ import annotations

from msgspec import Struct


class Word(Struct, frozen=True):
    """A value: `text` stands in argument `index`, from character `start` on."""

    index: int
    start: int
    text: str

    @property
    def end(self) -> int:
        """The offset just behind its last character."""
        return self.start + len(self.text)

    def part(self, start: int, end: int | None = None) -> Word:
        """The characters from `start` to `end` of this value, still knowing their place."""
        return Word(self.index, self.start + start, self.text[start:end])


class Flag(Struct, frozen=True):
    """One flag as it was given.

    `name` is the canonical long name without dashes. `value` is None for a boolean
    without `=`, and for an optional value that was left out. `boolean` is the value
    of a boolean flag, None where that is not known and for every other flag.
    The flag occupies the arguments `first` to `last`, both included; several flags
    of one cluster (`-it`) share them, and `offset` is the place of its letter.
    `joined` tells that the value stands in the flag's own argument.
    """

    name: str
    value: Word | None
    boolean: bool | None
    first: int
    last: int
    joined: bool = False
    offset: int = 0


class Assignment(Struct, frozen=True):
    """`NAME=VALUE` or `NAME` alone, as `--build-arg`, `--env` and `--label` take it.

    Without `=` the value is None: build arguments and variables then come from the
    environment. Where `name` holds an unknown token, the token may hold the `=` too.
    """

    name: str
    value: Word | None
    flag: Flag

    @staticmethod
    def read(flag: Flag, word: Word) -> Assignment:
        """Splits the value of a flag at its first `=`."""
        name, equals, _ = word.text.partition("=")
        return Assignment(name, word.part(len(name) + 1) if equals else None, flag)


BuildArg = Assignment
