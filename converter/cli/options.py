"""Options that several commands share. Those that belong together are a struct, see `groups.spread`."""

from __future__ import annotations

import os
import sys
from typing import Annotated, Literal

import typer
from msgspec import Struct

from converter.cli.parsing import one_of
from converter.cli.reporting import DEBUG_VARIABLE

PARTS = "What the recipe is"
FORM = "The form of the result"
OUTPUT = "Output"
MODES = "What to do (one of them)"


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


def _print_schema(context: typer.Context, wanted: bool) -> bool:
    if wanted:
        import json

        from converter.cli.schemas import schema_of

        sys.stdout.write(json.dumps(schema_of(context.info_name or ""), indent=2) + "\n")
        raise typer.Exit(0)
    return wanted


JsonSchema = Annotated[
    bool,
    typer.Option(
        "--json-schema",
        is_eager=True,
        callback=_print_schema,
        help="Print the schema of the JSON output and exit.",
        rich_help_panel=OUTPUT,
    ),
]
"""Does its work before the command is called."""

Format = Annotated[
    str,
    typer.Option(
        "--format", metavar="FORMAT", callback=one_of("text", "json"), help="text or json.", rich_help_panel=OUTPUT
    ),
]

RecipePath = Annotated[str, typer.Argument(metavar="PATH", help="A folder with a recipe, or the build script itself.")]


class Named(Struct, frozen=True):
    """What names one recipe and says how its driver is started."""

    script: Annotated[
        str,
        typer.Option(
            "--script", metavar="FILE", help="The build script, where there is a choice.", rich_help_panel=PARTS
        ),
    ] = ""
    builder: Annotated[
        str, typer.Option("--builder", metavar="FILE", help="The Dockerfile that compiles.", rich_help_panel=PARTS)
    ] = ""
    runtime: Annotated[
        str, typer.Option("--runtime", metavar="FILE", help="The Dockerfile of the final image.", rich_help_panel=PARTS)
    ] = ""
    image: Annotated[
        str,
        typer.Option(
            "--image", metavar="TAG", help="The final image, where the script builds several.", rich_help_panel=PARTS
        ),
    ] = ""
    target: Annotated[
        list[str] | None,
        typer.Option(
            "--target",
            metavar="NAME",
            help="A goal of the Makefile that makes the image; may be repeated, in the order of the calls.",
            rich_help_panel=PARTS,
        ),
    ] = None
    cwd: Annotated[
        str,
        typer.Option("--cwd", metavar="DIR", help="The folder that the script is started in.", rich_help_panel=PARTS),
    ] = ""
    trace: Annotated[
        str,
        typer.Option(
            "--trace",
            metavar="FILE",
            help="A run that `stageify record` kept: it names the script, and decides what reading cannot.",
            rich_help_panel=PARTS,
        ),
    ] = ""


class Told(Struct, frozen=True):
    """What no file says: values and images from outside, and how the result is written."""

    env: Annotated[
        list[str] | None,
        typer.Option(
            "--env",
            metavar="NAME=VALUE",
            help="A variable that the script takes from outside; may be repeated.",
            rich_help_panel=PARTS,
        ),
    ] = None
    image_facts: Annotated[
        str,
        typer.Option(
            "--image-facts",
            metavar="FILE",
            help="A TOML file that tells what base images bring.",
            rich_help_panel=PARTS,
        ),
    ] = ""
    template_dir: Annotated[
        str, typer.Option("--template-dir", metavar="DIR", help="Your own templates.", rich_help_panel=OUTPUT)
    ] = ""


class Forms(Struct, frozen=True):
    """What the person allows or wishes about the form of the result."""

    move_host_steps: Annotated[
        bool,
        typer.Option(
            "--move-host-steps",
            help="A command of the host that changes the artifact (strip, upx, gzip, sed -i) becomes a RUN of its stage, where "
            "the build image surely has the program.",
            rich_help_panel=FORM,
        ),
    ] = False

    cache_mounts: Annotated[
        bool,
        typer.Option(
            "--cache-mounts",
            help="A tool's cache that the script mounts ($HOME/.m2, Go modules, npm) becomes `RUN --mount=type=cache`, which "
            "needs BuildKit; without this flag it is left out.",
            rich_help_panel=FORM,
        ),
    ] = False
    emit: Annotated[
        str,
        typer.Option(
            "--emit",
            metavar="FORM",
            callback=one_of("dockerfile", "bake"),
            help="dockerfile (one multi-stage Dockerfile), or bake: both Dockerfiles stay, each with its own build context, "
            "and `docker buildx bake` builds one out of the other by docker-bake.hcl.",
            rich_help_panel=FORM,
        ),
    ] = "dockerfile"
    partial: Annotated[
        bool,
        typer.Option(
            "--partial",
            help="Where only some of the images convert, convert these (status 4); the others are built as before.",
            rich_help_panel=FORM,
        ),
    ] = False
    ask_engine: Annotated[
        bool,
        typer.Option(
            "--ask-engine",
            help="Ask your engine what base images bring (user, ENTRYPOINT, WORKDIR, ENV, VOLUME, ONBUILD) where neither "
            "--image-facts nor the built-in table says it. Nothing is pulled.",
            rich_help_panel=PARTS,
        ),
    ] = False
    pin: Annotated[
        bool,
        typer.Option(
            "--pin",
            help="`COPY --from` of an image that the script only pulls gets the digest that your engine knows.",
            rich_help_panel=FORM,
        ),
    ] = False


class Mode(Struct, frozen=True):
    """What becomes of a conversion: printed without any of these."""

    diff: Annotated[
        bool, typer.Option("--diff", help="Print all changes as a unified diff.", rich_help_panel=MODES)
    ] = False
    check: Annotated[
        bool,
        typer.Option(
            "--check", help="Print only the summary; status 1 if there is something to convert.", rich_help_panel=MODES
        ),
    ] = False
    write: Annotated[
        bool,
        typer.Option("--write", help="Make all changes in place: of each recipe all or none.", rich_help_panel=MODES),
    ] = False

    def flags(self) -> dict[str, bool]:
        """Which flags are given."""
        return {"--diff": self.diff, "--check": self.check, "--write": self.write}

    def name(self) -> Literal["diff", "check", "write", "print"]:
        """The one that is given."""
        return "diff" if self.diff else "check" if self.check else "write" if self.write else "print"
