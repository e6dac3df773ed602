"""`stageify batch`: every recipe below some folders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from converter.cli.groups import spread
from converter.cli.options import OUTPUT, Color, Debug, Format, Forms, JsonSchema, Mode, Named, Told
from converter.cli.parsing import PlainCommand
from converter.cli.reporting import reported

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from converter.batch.journal import Journal
    from converter.batch.roots import Survey
    from converter.batch.run import Settings

EPILOG = """\
A recipe is found by what its script does. Each git repository below a ROOT is a tree of its own, and so is the ROOT.
Recipes that share a file are converted and written together or not at all. Paths in the output are relative to the
ROOT, or to the deepest folder that holds all ROOTs; those of --report and --journal to the current folder.

Examples:

\b
  stageify batch ~/src                          what would become of every recipe in a folder of clones
  stageify batch --check .                      the same, with status 1 if there is something to convert
  stageify batch --diff . > all.patch           every change as one patch
  stageify batch --write .                      make the changes: of each recipe all or none
  stageify batch --write --journal run.jsonl .  the same; called again after a crash, it goes on where it was
  stageify batch --report report.md ~/src       a report to hand on
  stageify batch --format json . | jq .summary  for programs

\b
Exit status:
  0  done, or nothing to do
  1  with --check or --diff: there is something to convert
  2  the call or the environment is wrong
  4  at least one recipe was refused; the others are done
"""

_HOW = "How to do it"
DEFAULT_TIMEOUT_SECONDS = "60"


def batch(
    roots: Annotated[list[str], typer.Argument(metavar="ROOT", help="Folders to look for recipes in.")],
    *,
    mode: Mode,
    jobs: Annotated[
        str,
        typer.Option(
            "--jobs",
            "-j",
            metavar="N",
            help="How many processes read recipes. [default: one per processor]",
            rich_help_panel=_HOW,
        ),
    ] = "",
    timeout: Annotated[
        str,
        typer.Option(
            "--timeout",
            metavar="SECONDS",
            help="How long one recipe may take; then it is refused.",
            rich_help_panel=_HOW,
        ),
    ] = DEFAULT_TIMEOUT_SECONDS,
    journal: Annotated[
        str,
        typer.Option(
            "--journal",
            metavar="FILE.jsonl",
            help="Note every finished recipe there; a run that was cut off goes on where it was.",
            rich_help_panel=_HOW,
        ),
    ] = "",
    told: Told,
    forms: Forms,
    report: Annotated[
        str,
        typer.Option(
            "--report",
            metavar="FILE",
            help="Write a report: Markdown for .md, the JSON output for .json.",
            rich_help_panel=OUTPUT,
        ),
    ] = "",
    format: Format = "text",
    json_schema: JsonSchema = False,
    color: Color = "auto",
    verbose: Annotated[
        bool,
        typer.Option(
            "--verbose",
            "-v",
            help="Also every detail of each recipe, and the scripts that hold none.",
            rich_help_panel=OUTPUT,
        ),
    ] = False,
    debug: Debug = False,
) -> int:
    """Convert every recipe below some folders.

    Without flags a summary is printed. Nothing is run but git, and no recipe is written without --write.
    """
    from converter.batch.roots import survey
    from converter.batch.run import plan, results
    from converter.batch.run import write as write_all
    from converter.cli import inputs
    from converter.cli.batch_answer import Wanted, answer, check_report, write_report
    from converter.cli.batch_progress import shown_progress

    inputs.one_mode(mode.flags())
    wanted = Wanted(
        mode=mode.name(),
        format=format,
        color=color,
        verbose=verbose,
        roots=tuple(roots),
    )
    check_report(report)
    settings = _settings(jobs, timeout, told, forms)
    found = survey(roots, _own_files(report, journal), settings.jobs)
    with _open_journal(journal, found, settings) as notes, shown_progress(color) as progress:
        batch = plan(found, settings, notes, progress)
        if mode.write:
            batch = write_all(batch, notes, progress)
    shown = list(results(batch))
    if report:
        write_report(report, found, shown, mode.write)
    return answer(wanted, found, shown)


def _settings(jobs: str, timeout: str, told: Told, forms: Forms) -> Settings:
    import os

    from msgspec.structs import replace

    from converter.batch.discovery import Root
    from converter.batch.run import Settings
    from converter.batch.workers import cpu_count
    from converter.cli import inputs

    here = Root(os.path.realpath("."), None)
    # The person's own files may lie anywhere.
    absolute = {
        name: os.path.abspath(path)
        for name, path in (("image_facts", told.image_facts), ("template_dir", told.template_dir))
        if path
    }
    told = replace(told, **absolute)
    return Settings(
        inputs.whole_number("--jobs", jobs) if jobs else cpu_count(),
        inputs.seconds("--timeout", timeout),
        inputs.options(here, Named(), told, forms),
        inputs.templates(here, told.template_dir),
    )


def _own_files(*names: str) -> list[str]:
    """The files that the batch itself writes, which are no part of a tree."""
    import os

    return [os.path.realpath(name) for name in names if name]


def _open_journal(path: str, found: Survey, settings: Settings) -> AbstractContextManager[Journal | None]:
    from contextlib import nullcontext

    if not path:
        return nullcontext()
    from hashlib import sha256

    import msgspec.json

    from converter import __version__
    from converter.batch.journal import Header, Journal

    options = sha256(msgspec.json.encode([settings.options, settings.templates])).hexdigest()
    return Journal(path, Header(__version__, tuple(top.folder for top in found.tops), options))


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("batch", cls=PlainCommand, epilog=EPILOG)(reported(spread(batch)))
