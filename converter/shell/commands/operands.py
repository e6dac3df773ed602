"""Flags and operands of host commands, by the conventions of GNU getopt_long.

https://www.gnu.org/software/libc/manual/html_node/Using-Getopt.html
"""

from __future__ import annotations

from msgspec import Struct

from converter.machine import paths
from converter.machine.state import State
from converter.machine.value import ROOT_TOKEN, is_known
from converter.shell.commands.call import Call
from converter.shell.expansion import Field


class Flag(Struct, frozen=True):
    """A flag as its letter or its long name, without dashes; `index` is that of the word that holds its value."""

    name: str
    value: str | None
    index: int


class Operand(Struct, frozen=True):
    """An operand: the index of its word, the field, and the normalised host path that it names."""

    index: int
    field: Field
    path: str

    @property
    def text(self) -> str:
        """The word as it is given to the command."""
        return self.field.value.flat


class Parsed(Struct, frozen=True):
    """A command line. `certain` is False where a word that is not known may be a flag."""

    flags: tuple[Flag, ...]
    operands: tuple[Operand, ...]
    certain: bool

    def has(self, *names: str) -> bool:
        """Whether one of the flags is given."""
        return any(flag.name in names for flag in self.flags)

    def value(self, *names: str) -> str | None:
        """The value of the last of these flags, None where none is given."""
        found = [flag.value for flag in self.flags if flag.name in names]
        return found[-1] if found else None

    def only(self, allowed: str) -> bool:
        """Whether every flag is among these, which are separated by blanks."""
        names = allowed.split()
        return all(flag.name in names for flag in self.flags)


def parse(call: Call, state: State, valued: str = "") -> Parsed:
    """Splits the words behind the command's name; `valued` are the flags that take a value, separated by blanks."""
    takes_value = valued.split()
    flags: list[Flag] = []
    operands: list[Operand] = []
    certain = True
    index = 1
    only_operands = False
    fields = call.fields
    while index < len(fields):
        field = fields[index]
        flat = field.value.flat
        if only_operands or not flat.startswith("-") or flat == "-":
            # the root's own path is no flag, whatever it is
            certain = certain and (only_operands or is_known(flat[:1]) or "/" in flat or flat.startswith(ROOT_TOKEN))
            operands.append(Operand(index, field, paths.join(state.folder, flat)))
        elif flat == "--":
            only_operands = True
        elif flat.startswith("--"):
            name, equals, value = flat[2:].partition("=")
            if not equals and name in takes_value and index + 1 < len(fields):
                index += 1
                flags.append(Flag(name, fields[index].value.flat, index))
            else:
                flags.append(Flag(name, value if equals else None, index))
            certain = certain and is_known(name)
        else:
            certain = certain and is_known(flat)
            index = _letters(flat[1:], index, call, takes_value, flags)
        index += 1
    return Parsed(tuple(flags), tuple(operands), certain)


def _letters(letters: str, index: int, call: Call, takes_value: list[str], flags: list[Flag]) -> int:
    """A group of one-letter flags; gives the index of the last word used."""
    for position, letter in enumerate(letters):
        if letter in takes_value:
            rest = letters[position + 1 :]
            if not rest and index + 1 < len(call.fields):
                index += 1
                rest = call.fields[index].value.flat
            flags.append(Flag(letter, rest, index))
            break
        flags.append(Flag(letter, None, index))
    return index
