"""The Typer application: its commands, and the flags that hold for all of them."""

# Annotations are no text here and in `convert`: Typer would compile and evaluate each of them, a millisecond in all.

import os
import sys
from importlib import import_module
from typing import Annotated

import typer

from converter import __version__
from converter.cli.options import Debug
from converter.cli.parsing import PlainGroup

COMMANDS = ("convert", "verify", "batch", "review", "record", "explain")
"""In the order of the help. The command `x` is registered by `converter.cli.x.register(app)`."""

EPILOG = """\
Examples:

\b
  stageify convert                  print the single Dockerfile for this folder
  stageify convert --diff app/      see every change that it would make
  stageify convert --write app/     make the changes
  stageify batch --check ~/src      what would become of every recipe below a folder
  stageify review --base main       show a reviewer what this branch touches
  stageify verify app/              build both versions and compare the images
  stageify explain STG503           what a message means
"""


def make_app(only: str | None = None) -> typer.Typer:
    """The application with all commands, or with one where `only` is its name: setting up the others takes time."""
    app = typer.Typer(
        name="stageify",
        cls=PlainGroup,
        help="Turn Docker's legacy builder pattern into one multi-stage Dockerfile.",
        epilog=EPILOG,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        # Panels and colours are for people; rich takes longer to import than the rest of the program.
        rich_markup_mode="rich" if sys.stdout.isatty() and os.environ.get("TERM") != "dumb" else None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_stageify)
    for name in (only,) if only in COMMANDS else COMMANDS:
        import_module(f"converter.cli.{name}").register(app)
    return app


def _print_version(value: bool) -> None:
    if value:
        typer.echo(f"stageify {__version__}")
        raise typer.Exit(0)


def _stageify(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
    debug: Debug = False,
) -> None:
    """The flags before the command; their callbacks have done the work."""
