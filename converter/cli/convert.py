"""`stageify convert`: one group of recipes becomes a multi-stage Dockerfile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from converter.cli.options import (
    OUTPUT,
    Builder,
    Color,
    Cwd,
    Debug,
    Env,
    FinalImage,
    ImageFacts,
    Runtime,
    Script,
    Target,
    TemplateDir,
)
from converter.cli.parsing import COMMAND_LINE, DRIVER_ARGUMENTS, DriverCommand, one_of
from converter.cli.reporting import reported

if TYPE_CHECKING:
    from converter.cli.picking import Picked

EPILOG = """\
Paths in flags and output are relative to the root: PATH, or the top of the git repository where PATH is a file.

Examples:

\b
  stageify convert                           print the new Dockerfile of this folder
  stageify convert --diff deploy/build.sh    show all changes that this script's recipe gets
  stageify convert --diff | git apply        let git make them
  stageify convert --write app               make them
  stageify convert --check app               only say whether there is something to convert
  stageify convert --env VERSION=1.2 app     the script takes VERSION from outside
  stageify convert app -- release            the script is called as `build.sh release`
  stageify convert --target compile --target image
                                             the Makefile is called as `make compile image`
  stageify convert --write --verify app      prove first that the images are equal
  stageify convert --format json app         for programs

\b
Exit status:
  0  done, or with --check: nothing to convert
  1  with --check or --diff: there is something to convert; with --verify: the images differ
  2  the call or the environment is wrong
  3  nothing to convert here: no recipe, not the pattern, or already multi-stage
  4  refused: something stands in the way, and the message says what
"""

NOT_PROVED = 1

_MODES = "What to do (one of them)"


def convert(
    context: typer.Context,
    path: Annotated[
        str, typer.Argument(metavar="PATH", help="A folder with a recipe, or the build script itself.")
    ] = ".",
    diff: Annotated[
        bool, typer.Option("--diff", help="Print all changes as a unified diff.", rich_help_panel=_MODES)
    ] = False,
    check: Annotated[
        bool,
        typer.Option(
            "--check", help="Print only the summary; status 1 if there is something to convert.", rich_help_panel=_MODES
        ),
    ] = False,
    write: Annotated[
        bool, typer.Option("--write", help="Make all changes in place, or none.", rich_help_panel=_MODES)
    ] = False,
    out: Annotated[
        str,
        typer.Option(
            "--out",
            metavar="DIR",
            help="Write the resulting files into DIR and leave the recipe alone.",
            rich_help_panel=_MODES,
        ),
    ] = "",
    verify: Annotated[
        bool,
        typer.Option(
            "--verify",
            help="First build both versions on a real engine; only if the images are equal anything is printed or "
            "written. See `stageify verify`.",
            rich_help_panel="Proof",
        ),
    ] = False,
    script: Script = "",
    builder: Builder = "",
    runtime: Runtime = "",
    image: FinalImage = "",
    target: Target = None,
    cwd: Cwd = "",
    env: Env = None,
    image_facts: ImageFacts = "",
    template_dir: TemplateDir = "",
    format: Annotated[
        str,
        typer.Option(
            "--format", metavar="FORMAT", callback=one_of("text", "json"), help="text or json.", rich_help_panel=OUTPUT
        ),
    ] = "text",
    json_schema: Annotated[
        bool,
        typer.Option("--json-schema", help="Print the schema of the JSON output and exit.", rich_help_panel=OUTPUT),
    ] = False,
    color: Color = "auto",
    verbose: Annotated[
        bool,
        typer.Option(
            "--verbose",
            "-v",
            help="Also say what was looked at, and what became of each line.",
            rich_help_panel=OUTPUT,
        ),
    ] = False,
    debug: Debug = False,
) -> int:
    """Turn a builder Dockerfile, a runtime Dockerfile and the script between them into one Dockerfile.

    Without flags the new Dockerfile is printed on standard output, with a summary on standard error.
    Nothing is run, and nothing is written without --write or --out.
    """
    if json_schema:
        return _print_schema()
    from converter.cli import inputs
    from converter.cli.answer import Request, answer
    from converter.cli.picking import pick

    inputs.one_mode({"--diff": diff, "--check": check, "--write": write, "--out": bool(out)})
    inputs.one_mode({"--check": check, "--verify": verify})
    picked = pick(
        context,
        path,
        script=script,
        builder=builder,
        runtime=runtime,
        image=image,
        target=target,
        cwd=cwd,
        env=env,
        image_facts=image_facts,
        template_dir=template_dir,
        color=color,
    )
    request = Request(
        root=picked.root,
        paths=picked.paths,
        mode="diff" if diff else "check" if check else "write" if write else "out" if out else "print",
        out=inputs.own_path(picked.root, "--out", out) if out else "",
        format=format,
        color=color,
        verbose=verbose,
        command=context.meta[COMMAND_LINE],
        arguments=context.meta[DRIVER_ARGUMENTS],
    )
    if verify and not _proved(picked, color):
        return NOT_PROVED
    return answer(request, picked.selection)


def _proved(picked: Picked, color: str) -> bool:
    """Builds both versions of what is going to be converted and reports on standard error; True without any."""
    import sys

    from converter.cli.output import wants_colour, write_lines
    from converter.cli.verification import verification_lines, verify_outcome
    from converter.verify.report import DEFAULT_LIMIT

    outcome = picked.selection.chosen
    if outcome is None or not outcome.recipe.files:
        return True
    found = verify_outcome(picked, outcome, noise="auto", timeout_seconds=None, log_folder=None, color=color)
    write_lines(verification_lines(found, DEFAULT_LIMIT), sys.stderr, wants_colour(color, sys.stderr))
    return found.equal


def _print_schema() -> int:
    import json

    from converter.cli.output import write_bytes
    from converter.cli.schema import SCHEMA

    write_bytes((json.dumps(SCHEMA, indent=2) + "\n").encode())
    return 0


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("convert", cls=DriverCommand, epilog=EPILOG)(reported(convert))
