"""Options that several commands share."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from converter.cli.parsing import one_of
from converter.cli.reporting import DEBUG_VARIABLE

PARTS = "What the recipe is"
OUTPUT = "Output"


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
        rich_help_panel=OUTPUT,
    ),
]
"""`auto`, `always` or `never`."""

Script = Annotated[
    str,
    typer.Option("--script", metavar="FILE", help="The build script, where there is a choice.", rich_help_panel=PARTS),
]
Builder = Annotated[
    str, typer.Option("--builder", metavar="FILE", help="The Dockerfile that compiles.", rich_help_panel=PARTS)
]
Runtime = Annotated[
    str, typer.Option("--runtime", metavar="FILE", help="The Dockerfile of the final image.", rich_help_panel=PARTS)
]
FinalImage = Annotated[
    str,
    typer.Option(
        "--image", metavar="TAG", help="The final image, where the script builds several.", rich_help_panel=PARTS
    ),
]
Target = Annotated[
    list[str] | None,
    typer.Option(
        "--target",
        metavar="NAME",
        help="A goal of the Makefile that makes the image; may be repeated, in the order of the calls.",
        rich_help_panel=PARTS,
    ),
]
Cwd = Annotated[
    str,
    typer.Option("--cwd", metavar="DIR", help="The folder that the script is started in.", rich_help_panel=PARTS),
]
Env = Annotated[
    list[str] | None,
    typer.Option(
        "--env",
        metavar="NAME=VALUE",
        help="A variable that the script takes from outside; may be repeated.",
        rich_help_panel=PARTS,
    ),
]
ImageFacts = Annotated[
    str,
    typer.Option(
        "--image-facts", metavar="FILE", help="A TOML file that tells what base images bring.", rich_help_panel=PARTS
    ),
]
TemplateDir = Annotated[
    str, typer.Option("--template-dir", metavar="DIR", help="Your own templates.", rich_help_panel=OUTPUT)
]
