"""How a command ends when something is wrong: one line that says so, and status 2."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

import typer

from converter.batch.problems import Problem, UsageProblem
from converter.printable import visible

DEBUG_VARIABLE = "STAGEIFY_DEBUG"

P = ParamSpec("P")


def reported(command: Callable[P, int]) -> Callable[P, None]:
    """Makes a function that returns an exit status a Typer command.

    A `Problem` becomes its message, an unexpected exception one line, both with status 2; Ctrl-C is 130.
    """

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            status = command(*args, **kwargs)
        except (typer.Exit, typer.Abort, typer.BadParameter):
            raise
        except KeyboardInterrupt:
            raise typer.Exit(130) from None
        except Exception as error:
            raise typer.Exit(report(error)) from None
        raise typer.Exit(status)

    return run


def report(error: Exception) -> int:
    """Says on standard error what went wrong, with the traceback where it was asked for; returns the exit status."""
    if isinstance(error, Problem):
        _say(f"stageify: error: {error.message}")
        if error.help:
            _say(f"  help: {error.help}")
        if isinstance(error, UsageProblem):
            _say("  usage: stageify COMMAND --help")
        return 2
    if is_debugging():
        import traceback

        traceback.print_exception(error)
    what = " ".join(f"{type(error).__name__}: {error}".split())
    _say(f"stageify: internal error: {what}; run again with --debug to see the traceback")
    return 2


def is_debugging() -> bool:
    """Whether tracebacks were asked for."""
    return os.environ.get(DEBUG_VARIABLE, "") not in ("", "0")


def _say(text: str) -> None:
    encoding = sys.stderr.encoding or "utf-8"
    for line in text.split("\n"):
        print(visible(line).encode(encoding, "backslashreplace").decode(encoding), file=sys.stderr)
