"""`stageify verify`: both versions are built on a real engine, and their images compared."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from converter.cli.exit_status import DONE, REFUSED
from converter.cli.groups import spread
from converter.cli.options import OUTPUT, Color, Debug, Format, Forms, JsonSchema, Named, RecipePath, Told
from converter.cli.parsing import COMMAND_LINE, DRIVER_ARGUMENTS, DriverCommand, one_of
from converter.cli.reporting import reported

if TYPE_CHECKING:
    from converter.result import Status
    from converter.verify.verification import Verification

EPILOG = """\
The script itself runs, twice, in scratch copies of what git tracks, with a `docker` in front that gives images,
containers, volumes and networks private names and holds back pushes, logins and cleaning up. Everything that was
built is removed, also after Ctrl-C. What the script does besides docker, it really does.

Examples:

\b
  stageify verify                               both versions of this folder's recipe
  stageify verify app -- release                the script is called as `build.sh release`
  stageify verify --noise always                measure first what two equal builds differ in
  stageify verify --archives old.tar new.tar    compare what `docker save` wrote
  stageify verify --images app:old app:new      compare two images of the engine

\b
Exit status:
  0  the images are equal
  1  they differ, or the new version does not build
  2  the call or the environment is wrong: no engine, no permission, or the legacy script fails by itself
  3  nothing to convert here: no recipe, not the pattern, or already multi-stage
  4  the recipe is refused, or with --partial refused in part
"""

DIFFERENT = 1

_PAIRS = "Comparing only"
_BUILDING = "Building"


def verify(
    context: typer.Context,
    path: RecipePath = ".",
    *,
    named: Named,
    noise: Annotated[
        str,
        typer.Option(
            "--noise",
            metavar="WHEN",
            callback=one_of("auto", "always", "never"),
            help="Build the legacy version twice and do not count what differs: auto (where something differs), "
            "always or never.",
            rich_help_panel=_BUILDING,
        ),
    ] = "auto",
    timeout: Annotated[
        str,
        typer.Option("--timeout", metavar="SECONDS", help="How long each version may take.", rich_help_panel=_BUILDING),
    ] = "",
    log: Annotated[
        str,
        typer.Option("--log", metavar="DIR", help="Keep what each version writes in DIR.", rich_help_panel=_BUILDING),
    ] = "",
    archives: Annotated[
        tuple[str, str],
        typer.Option(
            "--archives",
            metavar="A B",
            help="Compare two files of `docker save`; --image picks one of several images.",
            rich_help_panel=_PAIRS,
        ),
    ] = ("", ""),
    images: Annotated[
        tuple[str, str],
        typer.Option("--images", metavar="A B", help="Compare two images of the engine.", rich_help_panel=_PAIRS),
    ] = ("", ""),
    told: Told,
    forms: Forms,
    format: Format = "text",
    json_schema: JsonSchema = False,
    all_differences: Annotated[
        bool, typer.Option("--all", help="List every difference, not only the first 20.", rich_help_panel=OUTPUT)
    ] = False,
    color: Color = "auto",
    debug: Debug = False,
) -> int:
    """Build the legacy version and the single Dockerfile on a real engine, and compare the images.

    Sizes, file trees (content, owners, modes, links, capabilities) and configurations have to be the same.
    """
    from converter.cli import inputs

    inputs.one_mode({"--emit bake": forms.emit == "bake", "stageify verify": True})
    inputs.one_mode({"--archives": any(archives), "--images": any(images)})
    if any(archives) or any(images):
        from converter.cli.pairs import compare_archives, compare_engine_images

        found = compare_archives(*archives, named.image) if any(archives) else compare_engine_images(*images)
        return _show(None, None, found, format, color, all_differences)
    from converter.cli.answer import Request, answer
    from converter.cli.picking import pick
    from converter.cli.verification import verify_outcome

    seconds = inputs.seconds("--timeout", timeout)
    picked = pick(context, path, named, told, forms, color)
    outcome = picked.selection.chosen
    if outcome is None or not outcome.recipe.converts:
        request = Request(
            root=picked.root,
            paths=picked.paths,
            mode="print",
            out="",
            format="text",
            color=color,
            verbose=False,
            command=context.meta[COMMAND_LINE],
            arguments=context.meta[DRIVER_ARGUMENTS],
        )
        status = answer(request, picked.selection)
        if format == "json":
            recipe = None if outcome is None else outcome.recipe
            _print_json(None if recipe is None else recipe.driver, None if recipe is None else recipe.status, None)
        return status
    found = verify_outcome(
        picked,
        outcome,
        noise=noise,  # type: ignore[arg-type]  # one of its words, as `one_of` has seen to
        timeout_seconds=seconds,
        log_folder=inputs.own_path(picked.root, "--log", log) if log else None,
        color=color,
    )
    return _show(outcome.recipe.driver, outcome.recipe.status, found, format, color, all_differences)


def _show(
    driver: str | None, status: Status | None, found: Verification, format: str, color: str, all_differences: bool
) -> int:
    from converter.cli.output import wants_colour, write_lines
    from converter.cli.verification import verification_lines
    from converter.verify.report import DEFAULT_LIMIT

    if format == "json":
        _print_json(driver, status, found)
    else:
        lines = verification_lines(found, None if all_differences else DEFAULT_LIMIT)
        write_lines(lines, sys.stdout, wants_colour(color, sys.stdout))
    if not found.equal:
        return DIFFERENT
    return REFUSED if status == "partial" else DONE


def _print_json(driver: str | None, status: Status | None, found: Verification | None) -> None:
    import json

    from converter.cli.output import write_bytes
    from converter.cli.verify_schema import to_json

    write_bytes((json.dumps(to_json(driver, status, found), indent=2) + "\n").encode())


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("verify", cls=DriverCommand, epilog=EPILOG)(reported(spread(verify)))
