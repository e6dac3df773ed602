"""A second reading of a script that the grammar could not read, by shfmt where it is installed (the extra `shfmt`).

It tells whether the script is broken or only unread. shfmt reads from standard input and writes nothing to disk.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sysconfig
from collections.abc import Mapping
from functools import lru_cache

from msgspec.structs import replace

from converter.diagnostics import Diagnostic
from converter.drivers.choose import driver_for
from converter.result import Recipe
from converter.shell.dialect import dialect_of
from converter.shell.interpreter import SYNTAX_HELP
from converter.source import Source

TIMEOUT_SECONDS = 10
LANGUAGES = {"bash": "bash", "dash": "posix", "sh": "posix"}
"""What shfmt calls the dialects."""


def with_second_opinion(recipe: Recipe, texts: Mapping[str, Source]) -> Recipe:
    """The recipe; where a script of it could not be read, the help says what shfmt makes of it, if that is installed."""
    return replace(recipe, diagnostics=tuple(_judged(found, texts) for found in recipe.diagnostics))


def _judged(found: Diagnostic, texts: Mapping[str, Source]) -> Diagnostic:
    source = texts.get(found.location.file) if found.location is not None else None
    if found.help != SYNTAX_HELP or source is None or driver_for(source).name != "shell":
        return found
    program = shfmt()
    problem = problem_of(source, program) if program is not None else None
    if problem is None:
        return found
    if problem:
        return replace(found, help=f"shfmt cannot read it either: {problem}")
    help = (
        "shfmt reads this script, so it is sound, and only this construct is not read here: write it in a plainer way"
    )
    return replace(found, help=help)


@lru_cache(maxsize=1)
def shfmt() -> str | None:
    """The shfmt beside this interpreter, or that of PATH; None for none."""
    return shutil.which("shfmt", path=os.pathsep.join((sysconfig.get_path("scripts"), os.environ.get("PATH", ""))))


def problem_of(source: Source, program: str) -> str | None:
    """What shfmt says against a script as `LINE:COLUMN: MESSAGE`, "" for nothing; None where it gives no answer."""
    command = [program, "-ln", LANGUAGES[dialect_of(source.text)], "-filename", "script"]
    try:
        done = subprocess.run(
            command, input=source.text.encode(), capture_output=True, check=False, timeout=TIMEOUT_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    said = done.stderr.decode(errors="replace").strip().partition("\n")[0]
    if done.returncode == 0:
        return ""
    return said.removeprefix("script:") if said.startswith("script:") else None
