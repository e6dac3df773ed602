"""Options that several commands share."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from converter.cli.parsing import one_of
from converter.cli.reporting import DEBUG_VARIABLE


def _set_debug(value: bool) -> bool:
    if value:
        os.environ[DEBUG_VARIABLE] = "1"
    return value


Debug = Annotated[bool, typer.Option("--debug", callback=_set_debug, help="Show the traceback of an internal error.")]

Color = Annotated[
    str,
    typer.Option(
        "--color",
        metavar="WHEN",
        callback=one_of("auto", "always", "never"),
        help="Colour the output: auto (on a terminal, unless NO_COLOR is set), always or never.",
        rich_help_panel="Output",
    ),
]
"""`auto`, `always` or `never`."""
