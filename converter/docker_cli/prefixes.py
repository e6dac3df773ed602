"""Finds the program behind `sudo`, `env`, `time` and their like.

Each prefix is read by its own rules (sudo(8), coreutils, POSIX): which of its flags
take a value, whether `NAME=value` may follow, how many operands come before the command.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import Struct

from converter.docker_cli.tokens import UNKNOWN_START, is_unknown
from converter.docker_cli.words import Word

PROGRAMS = {
    "docker": "docker",
    "docker.io": "docker",
    "nvidia-docker": "docker",
    "podman": "podman",
    "podman-remote": "podman",
    "nerdctl": "nerdctl",
    "finch": "nerdctl",
    "buildah": "buildah",
    "docker-buildx": "docker-buildx",
    "docker-compose": "docker-compose",
    "podman-compose": "podman-compose",
}
"""What a file name is called in `Command.program`: wrappers count as what they wrap."""


_LOCATED = r"(?:\$\((?:shell\s+)?|`)\s*(?:which|command\s+-v|type\s+-[pP])\s+([\w.-]+)(?:\s+2>\s*/dev/null)?\s*[)`]"
"""Words that stand for the path of a program: `$(which docker)`, and make's `$(shell which docker)`."""


def located_program(expression: str) -> str | None:
    """The docker-like program whose path the expression gives, None for any other expression."""
    word = expression.strip('"')
    if not word.startswith(("$(", "`")) or not any(
        program in word for program in ("docker", "podman", "buildah", "nerdctl", "finch")
    ):
        return None
    found = re.fullmatch(_LOCATED, word)
    return found.group(1) if found is not None and found.group(1) in PROGRAMS else None


class Program(Struct, frozen=True):
    """The docker-like program of a command line.

    `index` is its argument, `name` one of the values of `PROGRAMS`, `environment`
    the `NAME=value` arguments that the prefixes set, in order.
    """

    index: int
    name: str
    environment: tuple[Word, ...] = ()


class _Prefix(Struct, frozen=True):
    values: str = ""
    """Letters of flags that take a value."""
    long_values: frozenset[str] = frozenset()
    """Long flags that take the next argument where they have no `=`."""
    elsewhere: str = ""
    """Letters with which no command runs, or one that is not in the arguments."""
    assigns: bool = False
    operands: int = 0
    numbers: bool = False
    """`-10` is a flag of its own: nice."""


_PREFIXES = {
    "sudo": _Prefix(
        values="ugCDhprtTUR",
        long_values=frozenset(
            (
                "user",
                "group",
                "close-from",
                "chdir",
                "host",
                "prompt",
                "role",
                "type",
                "command-timeout",
                "other-user",
                "chroot",
            )
        ),
        elsewhere="eKlVv",
        assigns=True,
    ),
    "doas": _Prefix(values="uC", elsewhere="Ls"),
    "env": _Prefix(values="uC", long_values=frozenset(("unset", "chdir")), elsewhere="S", assigns=True),
    "command": _Prefix(elsewhere="vV"),
    "exec": _Prefix(values="a"),
    "time": _Prefix(values="fo", long_values=frozenset(("format", "output")), elsewhere="V"),
    "nice": _Prefix(values="n", long_values=frozenset(("adjustment",)), numbers=True),
    "ionice": _Prefix(values="cn", long_values=frozenset(("class", "classdata")), elsewhere="pPuVh"),
    "timeout": _Prefix(values="ks", long_values=frozenset(("kill-after", "signal")), operands=1),
    "stdbuf": _Prefix(values="ioe", long_values=frozenset(("input", "output", "error"))),
    "nohup": _Prefix(),
    "setsid": _Prefix(),
    "chronic": _Prefix(),
    "unbuffer": _Prefix(),
    "winpty": _Prefix(),
    "builtin": _Prefix(),
}

_ELSEWHERE_LONG = frozenset(("split-string", "help", "version", "edit", "list", "validate", "remove-timestamp"))


def find_program(argv: Sequence[str]) -> Program | None:
    """The docker-like program that the command line runs, or None where it runs another.

    An unknown token among the prefixes hides which program runs: None too.
    """
    index = 0
    environment: list[Word] = []
    count = len(argv)
    while index < count:
        name = argv[index]
        if "/" in name or "\\" in name:
            name = name.replace("\\", "/").rpartition("/")[2]
        if name.endswith(".exe"):
            name = name[:-4]
        program = PROGRAMS.get(name)
        if program is not None:
            return Program(index, program, tuple(environment))
        prefix = _PREFIXES.get(name)
        if prefix is None:
            return None
        after = _skip(argv, index + 1, prefix, environment)
        if after is None:
            return None
        index = after
    return None


def _skip(argv: Sequence[str], index: int, prefix: _Prefix, environment: list[Word]) -> int | None:
    count = len(argv)
    while index < count:
        argument = argv[index]
        if argument[:1] == UNKNOWN_START:
            return None
        if argument == "--":
            index += 1
            break
        if argument[:1] != "-":
            break
        width = _flag_width(argument, prefix)
        if width is None:
            return None
        index += width
    index += prefix.operands
    while prefix.assigns and index < count:
        name, equals, _ = argv[index].partition("=")
        if not equals or is_unknown(name):
            break
        environment.append(Word(index, 0, argv[index]))
        index += 1
    return index


def _flag_width(argument: str, prefix: _Prefix) -> int | None:
    """How many arguments the flag takes; None where what runs is not in the arguments."""
    if argument.startswith("--"):
        name, equals, _ = argument[2:].partition("=")
        if is_unknown(name) or name in _ELSEWHERE_LONG:
            return None
        return 2 if name in prefix.long_values and not equals else 1
    if prefix.numbers and argument[1:].isdigit():
        return 1
    for at, letter in enumerate(argument[1:], 2):
        if letter == UNKNOWN_START or letter in prefix.elsewhere:
            return None
        if letter in prefix.values:
            return 2 if at == len(argument) else 1
    return 1


def command_index(argv: Sequence[str]) -> int | None:
    """Where the command of the prefix in `argv[0]` begins, `len(argv)` where it has none.

    None where `argv[0]` is no prefix, and where what runs does not stand in the arguments (`sudo -i`).
    """
    name = argv[0].replace("\\", "/").rpartition("/")[2]
    prefix = _PREFIXES.get(name)
    if prefix is None or (name == "sudo" and _has_letter(argv, prefix, "is")):
        return None
    return _skip(argv, 1, prefix, [])


def _has_letter(argv: Sequence[str], prefix: _Prefix, letters: str) -> bool:
    """Whether one of the letters stands among the flags, as a flag of its own."""
    index = 1
    while index < len(argv) and argv[index][:1] == "-" and argv[index] != "--":
        for letter in "" if argv[index].startswith("--") else argv[index][1:]:
            if letter in letters:
                return True
            if letter in prefix.values:
                break
        index += _flag_width(argv[index], prefix) or 1
    return False
