"""`stageify convert`: one group of recipes becomes a multi-stage Dockerfile."""

from __future__ import annotations

from typing import Annotated

import typer

from converter.cli.options import Color, Debug
from converter.cli.parsing import COMMAND_LINE, DRIVER_ARGUMENTS, DriverCommand, one_of
from converter.cli.reporting import reported

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
  stageify convert --format json app         for programs

\b
Exit status:
  0  done, or with --check: nothing to convert
  1  with --check or --diff: there is something to convert
  2  the call or the environment is wrong
  3  nothing to convert here: no recipe, not the pattern, or already multi-stage
  4  refused: something stands in the way, and the message says what
"""

_MODES = "What to do (one of them)"
_PARTS = "What the recipe is"
_OUTPUT = "Output"


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
    script: Annotated[
        str,
        typer.Option(
            "--script", metavar="FILE", help="The build script, where there is a choice.", rich_help_panel=_PARTS
        ),
    ] = "",
    builder: Annotated[
        str, typer.Option("--builder", metavar="FILE", help="The Dockerfile that compiles.", rich_help_panel=_PARTS)
    ] = "",
    runtime: Annotated[
        str,
        typer.Option("--runtime", metavar="FILE", help="The Dockerfile of the final image.", rich_help_panel=_PARTS),
    ] = "",
    image: Annotated[
        str,
        typer.Option(
            "--image", metavar="TAG", help="The final image, where the script builds several.", rich_help_panel=_PARTS
        ),
    ] = "",
    cwd: Annotated[
        str,
        typer.Option("--cwd", metavar="DIR", help="The folder that the script is started in.", rich_help_panel=_PARTS),
    ] = "",
    env: Annotated[
        list[str] | None,
        typer.Option(
            "--env",
            metavar="NAME=VALUE",
            help="A variable that the script takes from outside; may be repeated.",
            rich_help_panel=_PARTS,
        ),
    ] = None,
    image_facts: Annotated[
        str,
        typer.Option(
            "--image-facts",
            metavar="FILE",
            help="A TOML file that tells what base images bring.",
            rich_help_panel=_PARTS,
        ),
    ] = "",
    template_dir: Annotated[
        str, typer.Option("--template-dir", metavar="DIR", help="Your own templates.", rich_help_panel=_OUTPUT)
    ] = "",
    format: Annotated[
        str,
        typer.Option(
            "--format", metavar="FORMAT", callback=one_of("text", "json"), help="text or json.", rich_help_panel=_OUTPUT
        ),
    ] = "text",
    json_schema: Annotated[
        bool,
        typer.Option("--json-schema", help="Print the schema of the JSON output and exit.", rich_help_panel=_OUTPUT),
    ] = False,
    color: Color = "auto",
    verbose: Annotated[
        bool,
        typer.Option(
            "--verbose",
            "-v",
            help="Also say what was looked at, and what became of each line.",
            rich_help_panel=_OUTPUT,
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
    from converter.batch.discovery import find_root, read_tree
    from converter.batch.recipes import Selection, convert_driver, convert_folder
    from converter.batch.recovery import recover
    from converter.cli import inputs
    from converter.cli.answer import Request, answer, say

    inputs.one_mode({"--diff": diff, "--check": check, "--write": write, "--out": bool(out)})
    root, driver = find_root(path)
    if recovered := recover(root.folder):
        say(f"an interrupted `stageify convert --write` was found here and {recovered}", color)
    driver = inputs.driver_of(root, driver, script)
    builder_file = inputs.file_below(root, "--builder", builder) if builder else None
    runtime_file = inputs.file_below(root, "--runtime", runtime) if runtime else None
    options = inputs.options(
        root,
        arguments=context.meta[DRIVER_ARGUMENTS],
        env=env or (),
        builder=builder_file,
        runtime=runtime_file,
        image=image,
        cwd=cwd,
        image_facts=image_facts,
    )
    templates = inputs.templates(root, template_dir)
    # What the person names takes part even where git does not track it.
    paths = read_tree(root) | {name for name in (driver, builder_file, runtime_file) if name is not None}
    if driver is None:
        selection = convert_folder(root, paths, options, templates)
    else:
        outcome = convert_driver(root, paths, driver, options, templates)
        selection = Selection(outcome, (), (outcome,))
    request = Request(
        root=root,
        paths=paths,
        mode="diff" if diff else "check" if check else "write" if write else "out" if out else "print",
        out=inputs.own_path(root, "--out", out) if out else "",
        format=format,
        color=color,
        verbose=verbose,
        command=context.meta[COMMAND_LINE],
        arguments=context.meta[DRIVER_ARGUMENTS],
    )
    return answer(request, selection)


def _print_schema() -> int:
    import json

    from converter.cli.output import write_bytes
    from converter.cli.schema import SCHEMA

    write_bytes((json.dumps(SCHEMA, indent=2) + "\n").encode())
    return 0


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("convert", cls=DriverCommand, epilog=EPILOG)(reported(convert))
