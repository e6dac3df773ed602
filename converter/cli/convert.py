"""`stageify convert`: one group of recipes becomes a multi-stage Dockerfile."""

# No annotation is a text, see `app`.

from typing import TYPE_CHECKING, Annotated

import typer

from converter.cli.groups import spread
from converter.cli.options import MODES, OUTPUT, Color, Debug, Format, Forms, JsonSchema, Mode, Named, RecipePath, Told
from converter.cli.parsing import COMMAND_LINE, DRIVER_ARGUMENTS, DriverCommand
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
  stageify convert --move-host-steps app     `strip app` of the script becomes a RUN of the stage
  stageify convert --emit bake app           keep both Dockerfiles, and write docker-bake.hcl
  stageify convert --partial app             of several images, convert those that can be
  stageify convert --cache-mounts app        `-v $HOME/.m2:/root/.m2` becomes RUN --mount=type=cache
  stageify convert --ask-engine app          your engine knows what a base image runs and where
  stageify convert --pin app                 COPY --from=nginx:1.17@sha256:... of an image that is only pulled
  stageify convert --write --verify app      prove first that the images are equal
  stageify convert --trace stageify-trace.jsonl
                                             with the run that `stageify record -- ./build.sh` kept
  stageify convert --format json app         for programs

\b
Exit status:
  0  done, or with --check: nothing to convert
  1  with --check or --diff: there is something to convert; with --verify: the images differ
  2  the call or the environment is wrong
  3  nothing to convert here: no recipe, not the pattern, or already multi-stage
  4  refused, or with --partial refused in part: the message says what stands in the way
"""

NOT_PROVED = 1


def convert(
    context: typer.Context,
    path: RecipePath = ".",
    *,
    mode: Mode,
    out: Annotated[
        str,
        typer.Option(
            "--out",
            metavar="DIR",
            help="Write the resulting files into DIR and leave the recipe alone.",
            rich_help_panel=MODES,
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
    named: Named,
    told: Told,
    forms: Forms,
    format: Format = "text",
    json_schema: JsonSchema = False,
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
    from converter.batch import discovery

    # git lists the tree while the rest of the program is loaded
    begun = discovery.begin(discovery.find_root(path)[0])
    from converter.cli import inputs
    from converter.cli.answer import Request, answer
    from converter.cli.picking import pick

    inputs.one_mode({**mode.flags(), "--out": bool(out)})
    inputs.one_mode({"--check": mode.check, "--verify": verify})
    inputs.one_mode({"--emit bake": forms.emit == "bake", "--verify": verify})
    picked = pick(context, path, named, told, forms, color, begun)
    request = Request(
        root=picked.root,
        paths=picked.paths,
        mode="out" if out else mode.name(),
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


def _proved(picked: "Picked", color: str) -> bool:
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


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("convert", cls=DriverCommand, epilog=EPILOG)(reported(spread(convert)))
