"""Which commands leave the standard input of the construct around them alone."""

from __future__ import annotations

from collections.abc import Container

from converter.docker_cli.parse import is_docker
from converter.shell.commands.call import Call

SILENT = frozenset(
    """
    : [ [[ break cd chmod chown continue cp date declare dirname basename echo exit export false install let ln local
    ls mkdir mktemp mv popd printf pushd pwd read readonly realpath return rm rmdir set shift sleep test touch trap
    true typeset unset
    """.split()
)
"""Commands that read no standard input, or are known to read just one line of it."""

READING = frozenset({"attach", "exec", "load", "import", "login", "start"})
"""docker commands that may read standard input."""


def redirected(call: Call) -> bool:
    """Whether a command has a standard input of its own."""
    return any(one.descriptor in (None, 0) and one.operator.startswith("<") for one in call.redirects)


def may_read(call: Call, functions: Container[str]) -> bool:
    """Whether a command may take something away from the input of the construct that it stands in."""
    flats = [value.flat for value in call.values]
    if redirected(call) or flats[0] in functions or flats[0] in SILENT:
        # what a function does is looked at command by command
        return False
    if not is_docker(tuple(flats)):
        return True
    words = flats[1:] if flats[0] != "sudo" else flats[2:]
    if "run" in words[:2]:
        return any(word.startswith("-") and not word.startswith("--") and "i" in word for word in words) or (
            "--interactive" in words
        )
    return bool(READING & set(words[:2])) or "-" in words
