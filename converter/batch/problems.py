"""What is wrong with the call or the environment, as opposed to with a recipe."""

from __future__ import annotations


class Problem(Exception):
    """Nothing can be done as called: a missing path, an unreadable file, a full disk.

    The message says what is wrong and where; `help` what the person can do. Exit status 2.
    """

    def __init__(self, message: str, help: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.help = help


class UsageProblem(Problem):
    """The command line itself is wrong: flags that exclude each other, a value that cannot be."""


def reason(error: OSError) -> str:
    """What the system says about an error, without number and path: `permission denied`."""
    text = error.strerror or type(error).__name__
    return text[:1].lower() + text[1:]
