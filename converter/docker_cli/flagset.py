"""Reads flags as Go's pflag does, which docker, podman, nerdctl and buildah use.

The rules (spf13/pflag): `--name=value`, `--name value`; `-n value`, `-nvalue`,
`-n=value`; letters of flags without a value may be clustered; a boolean takes a
value only behind `=`; `--` ends the flags; `-` is an operand; flags may follow
operands unless the command stops at its first (`SetInterspersed(false)`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum

from msgspec import Struct

from converter.docker_cli.errors import UsageError, did_you_mean
from converter.docker_cli.tokens import UNKNOWN_START, is_unknown
from converter.docker_cli.words import Flag, Word


class Kind(Enum):
    """What stands behind a flag: a value, nothing (or `=true`), a value only behind `=`."""

    VALUE = "="
    BOOLEAN = ""
    OPTIONAL = "?"


class FlagSpec(Struct, frozen=True):
    """A flag that a command knows, by its canonical long name."""

    name: str
    kind: Kind


class FlagSet(Struct, frozen=True):
    """All flags of a command, by long name (aliases too) and by letter."""

    long: Mapping[str, FlagSpec]
    short: Mapping[str, FlagSpec]


class Scan(Struct, frozen=True):
    """What a run over the arguments found.

    `assumed` has the indices of arguments that begin with an unknown token where a
    flag might stand, and that were taken for operands.
    """

    flags: tuple[Flag, ...]
    operands: tuple[Word, ...]
    assumed: tuple[int, ...]


def compile_flags(*declarations: str) -> FlagSet:
    """The set that the declarations describe; of two with one name, the first wins.

    A declaration is `name|alias,letters` followed by `=` for a value, `?` for a value
    that may only stand behind `=`, and nothing for a boolean.
    """
    long: dict[str, FlagSpec] = {}
    short: dict[str, FlagSpec] = {}
    for text in declarations:
        for declaration in text.split():
            kind = _KINDS.get(declaration[-1], Kind.BOOLEAN)
            names, _, letters = declaration.rstrip("=?").partition(",")
            canonical, *aliases = names.split("|")
            spec = FlagSpec(canonical, kind)
            for name in (canonical, *aliases):
                long.setdefault(name, spec)
            for letter in letters:
                short.setdefault(letter, spec)
    return FlagSet(long, short)


_KINDS = {"=": Kind.VALUE, "?": Kind.OPTIONAL}

# Go's strconv.ParseBool
_BOOLEANS = {
    **dict.fromkeys(("1", "t", "T", "true", "TRUE", "True"), True),
    **dict.fromkeys(("0", "f", "F", "false", "FALSE", "False"), False),
}


def scan(argv: Sequence[str], start: int, known: FlagSet, interspersed: bool, command: str) -> Scan:
    """Reads the arguments from `start` on; `command` is its name for messages.

    With `interspersed` flags may follow operands, without it all arguments behind
    the first operand are operands. Raises `UsageError` for a flag that the command
    does not know, a missing value, a value that is no boolean, or a flag whose name
    holds an unknown token.
    """
    flags: list[Flag] = []
    operands: list[Word] = []
    assumed: list[int] = []
    index = start
    count = len(argv)
    while index < count:
        argument = argv[index]
        if argument[:1] != "-" or argument == "-":
            operands.append(Word(index, 0, argument))
            if argument[:1] == UNKNOWN_START:
                assumed.append(index)
            index += 1
            if not interspersed:
                break
        elif argument == "--":
            index += 1
            break
        elif argument[1] == "-":
            index = _long(argv, index, known, flags, command)
        else:
            index = _short(argv, index, known, flags, command)
    operands.extend(Word(rest, 0, argv[rest]) for rest in range(index, count))
    return Scan(tuple(flags), tuple(operands), tuple(assumed))


def _long(argv: Sequence[str], index: int, known: FlagSet, flags: list[Flag], command: str) -> int:
    argument = argv[index]
    equals = argument.find("=")
    name = argument[2:] if equals == -1 else argument[2:equals]
    spec = known.long.get(name)
    if spec is None:
        raise _unknown_long(name, index, known, command)
    if equals != -1:
        value = Word(index, equals + 1, argument[equals + 1 :])
        boolean = _boolean(value, name) if spec.kind is Kind.BOOLEAN else None
        flags.append(Flag(spec.name, value, boolean, index, index, True))
        return index + 1
    if spec.kind is Kind.VALUE:
        if index + 1 == len(argv):
            raise UsageError(f"the flag `--{name}` of `{command}` needs a value", index)
        flags.append(Flag(spec.name, Word(index + 1, 0, argv[index + 1]), None, index, index + 1))
        return index + 2
    flags.append(Flag(spec.name, None, True if spec.kind is Kind.BOOLEAN else None, index, index))
    return index + 1


def _short(argv: Sequence[str], index: int, known: FlagSet, flags: list[Flag], command: str) -> int:
    argument = argv[index]
    end = len(argument)
    at = 1
    while at < end:
        letter = argument[at]
        spec = known.short.get(letter)
        if spec is None:
            raise _unknown_short(argument, index, at, known, command)
        value: Word | None = None
        if end > at + 2 and argument[at + 1] == "=":
            value = Word(index, at + 2, argument[at + 2 :])
        elif spec.kind is Kind.VALUE:
            if end > at + 1:
                value = Word(index, at + 1, argument[at + 1 :])
            elif index + 1 < len(argv):
                flags.append(Flag(spec.name, Word(index + 1, 0, argv[index + 1]), None, index, index + 1, False, at))
                return index + 2
            else:
                raise UsageError(f"the flag `-{letter}` of `{command}` needs a value", index, at)
        if value is not None:
            boolean = _boolean(value, spec.name) if spec.kind is Kind.BOOLEAN else None
            flags.append(Flag(spec.name, value, boolean, index, index, True, at))
            return index + 1
        flags.append(Flag(spec.name, None, True if spec.kind is Kind.BOOLEAN else None, index, index, False, at))
        at += 1
    return index + 1


def _boolean(value: Word, name: str) -> bool | None:
    if is_unknown(value.text):
        return None
    try:
        return _BOOLEANS[value.text]
    except KeyError:
        message = f"`--{name}` is either true or false, not `{value.text}`"
        raise UsageError(message, value.index, value.start) from None


def _unknown_long(name: str, index: int, known: FlagSet, command: str) -> UsageError:
    if is_unknown(name):
        return UsageError(f"the name of the flag `--{name}` of `{command}` is not known", index)
    if not name or name[0] == "-":
        return UsageError(f"`--{name}` is not a flag of `{command}`", index)
    hint = did_you_mean(name, known.long, "--{}")
    return UsageError(f"`{command}` has no flag `--{name}`{hint}", index, 2)


def _unknown_short(argument: str, index: int, at: int, known: FlagSet, command: str) -> UsageError:
    letter = argument[at]
    if letter == UNKNOWN_START:
        return UsageError(f"which flags of `{command}` are in `{argument}` is not known", index, at)
    name = argument[1:].partition("=")[0]
    if name in known.long:
        hint = f"; did you mean `--{name}`?"
    elif len(name) > 2:
        hint = did_you_mean(name, known.long, "--{}")
    else:
        hint = ""
    where = f" in `{argument}`" if len(argument) > 2 else ""
    return UsageError(f"`{command}` has no flag `-{letter}`{where}{hint}", index, at)
