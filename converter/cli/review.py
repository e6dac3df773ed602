"""`stageify review`: findings for a code review, in the format of the tool that shows them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from converter.cli.groups import given_words, spread
from converter.cli.options import OUTPUT, Color, Debug, Forms, JsonSchema, Named, Told
from converter.cli.parsing import PlainCommand, one_of
from converter.cli.reporting import reported
from converter.review.choices import FORMATS, LEVELS, SEVERITIES, Level

if TYPE_CHECKING:
    from converter.batch.discovery import Root
    from converter.diagnostics import Severity
    from converter.review.formats import Report
    from converter.review.touched import Touched

EPILOG = """\
Each recipe of the builder pattern is one finding, with the patch that makes it one multi-stage Dockerfile. What is
refused is a note at the line that stands in the way; what is multi-stage already is no finding.

Paths in flags and output are relative to the root: PATH, or the top of the git repository where PATH is a file.
Where PATHs are files, the findings are those in which one of them takes part.

Examples:

\b
  stageify review                                  the whole tree
  stageify review --base origin/main               only what this branch touches
  stageify review --base origin/main | git apply   make the changes: the output is a patch, too
  stageify review deploy/build.sh Dockerfile       only what these files are part of
  git diff main... | stageify review --diff -      a change that somebody else computed
  stageify review --format sarif --output stageify.sarif --fail-level none
  stageify review --format rdjsonl --base origin/main | reviewdog -f=rdjsonl -reporter=github-pr-review

\b
Formats:
  text      for a person               json      for a program; --json-schema prints its schema
  markdown  for a comment              sarif     for code scanning (SARIF 2.1.0)
  github    annotations of a workflow  gitlab    a code quality report
  rdjsonl   for reviewdog

\b
Exit status:
  0  no finding at or above --fail-level
  1  findings at or above --fail-level
  2  the call or the environment is wrong, or git lacks the history: the message says what to fetch
"""

_WHAT = "What to review"


def review(
    paths: Annotated[
        list[str] | None, typer.Argument(metavar="PATH", help="A folder, or files of one repository. [default: .]")
    ] = None,
    *,
    base: Annotated[
        str,
        typer.Option(
            "--base",
            metavar="REF",
            help="Only what differs from the commit where this branch left REF.",
            rich_help_panel=_WHAT,
        ),
    ] = "",
    diff: Annotated[
        str,
        typer.Option(
            "--diff",
            metavar="FILE",
            help="Only what this unified diff touches; - reads it from standard input.",
            rich_help_panel=_WHAT,
        ),
    ] = "",
    told: Told,
    forms: Forms,
    format: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="FORMAT",
            callback=one_of(*FORMATS),
            help=f"{', '.join(FORMATS[:-1])} or {FORMATS[-1]}.",
            rich_help_panel=OUTPUT,
        ),
    ] = "text",
    output: Annotated[
        str,
        typer.Option(
            "--output",
            metavar="FILE",
            help="Write the findings into FILE instead of standard output.",
            rich_help_panel=OUTPUT,
        ),
    ] = "",
    fail_level: Annotated[
        str,
        typer.Option(
            "--fail-level",
            metavar="LEVEL",
            callback=one_of(*LEVELS),
            help="Status 1 for findings of this level or a graver one: none (never), note, warning or error.",
            rich_help_panel=OUTPUT,
        ),
    ] = "warning",
    convertible: Annotated[
        str,
        typer.Option(
            "--convertible",
            metavar="LEVEL",
            callback=one_of(*SEVERITIES),
            help="The level of what can be converted: note, warning or error.",
            rich_help_panel=OUTPUT,
        ),
    ] = "warning",
    refused: Annotated[
        str,
        typer.Option(
            "--refused",
            metavar="LEVEL",
            callback=one_of(*LEVELS),
            help="The level of what cannot be converted as it stands: none (say nothing), note, warning or error.",
            rich_help_panel=OUTPUT,
        ),
    ] = "note",
    json_schema: JsonSchema = False,
    color: Color = "auto",
    debug: Debug = False,
) -> int:
    """Find the builder pattern in a tree, or in what a change touches, and show it to a reviewer.

    Nothing is run but git, and nothing is written but the file of --output.
    """
    from converter.batch.discovery import read_tree
    from converter.cli import inputs
    from converter.review.findings import findings, worst
    from converter.review.formats import Report
    from converter.review.tree import groups_of

    root, files = _root_of(paths or ["."])
    _stop_where_unfinished(root)
    touched = _touched(root, base, diff)
    options = inputs.options(root, Named(), told, forms)
    templates = inputs.templates(root, told.template_dir)
    tree = read_tree(root)
    target = _output_file(root, tree, output) if output else ""
    # What the person names takes part even where git does not track it.
    looked_at, groups = groups_of(root, tree | (files or frozenset()), options, templates)
    found = findings(
        root,
        groups,
        touched,
        files,
        _severity(convertible),
        _level(refused),
        # what a later `stageify convert` has to be told again
        [*given_words(told), *given_words(forms)],
    )
    report = Report(found, touched)
    _write(report, format, target, color)
    _say_how_many(report, looked_at, color)
    limit = LEVELS.index(_level(fail_level))
    return 1 if limit and LEVELS.index(worst(found)) >= limit else 0


def _level(name: str) -> Level:
    return LEVELS[LEVELS.index(name)]


def _severity(name: str) -> Severity:
    return SEVERITIES[SEVERITIES.index(name)]


def _root_of(paths: Sequence[str]) -> tuple[Root, frozenset[str] | None]:
    """The root, and the files that the PATHs name; None where they name the root itself."""
    from converter.batch.discovery import find_root
    from converter.batch.problems import UsageProblem

    found = [find_root(path) for path in paths]
    root, first = found[0]
    if len(found) == 1 and first is None:
        return root, None
    files = set()
    for path, (other, file) in zip(paths, found, strict=True):
        if file is None:
            raise UsageProblem(f"{path} is a folder: give one folder, or any number of files")
        if other != root:
            raise UsageProblem(f"{path} lies below {other.folder}, and {paths[0]} below {root.folder}")
        files.add(file)
    return root, frozenset(files)


def _stop_where_unfinished(root: Root) -> None:
    """A review writes nothing, so it cannot bring to its end what it finds half written, and must not judge it."""
    from converter.batch.problems import Problem
    from converter.batch.recovery import is_unfinished

    if is_unfinished(root.folder):
        raise Problem(
            f"an interrupted `stageify convert --write` was found in {root.folder}",
            "`stageify convert` there completes or undoes it",
        )


def _touched(root: Root, base: str, diff: str) -> Touched | None:
    from converter.cli import inputs

    inputs.one_mode({"--base": bool(base), "--diff": bool(diff)})
    if base:
        from converter.review.history import changed_since

        return changed_since(root, base)
    if not diff:
        return None
    import os

    from converter.batch.problems import Problem, reason
    from converter.review.touched import read_diff

    try:
        if diff == "-":
            data = sys.stdin.buffer.read()
        else:
            with open(inputs.own_path(root, "--diff", diff), "rb") as file:
                data = file.read()
    except OSError as error:
        raise Problem(f"--diff {diff}: {reason(error)}") from None
    # git writes names from the top of the work tree on, wherever it is called.
    folder = os.path.relpath(root.folder, root.top).replace(os.sep, "/") if root.top and root.in_subfolder else ""
    return read_diff(data, folder)


def _output_file(root: Root, tree: frozenset[str], output: str) -> str:
    import os

    from converter.batch.discovery import relative
    from converter.batch.problems import Problem
    from converter.cli import inputs

    full = os.path.realpath(inputs.own_path(root, "--output", output))
    if relative(root, full) in tree:
        raise Problem(f"--output would write over {output}, which is part of the tree", "give another name")
    return full


def _write(report: Report, format: str, target: str, color: str) -> None:
    from converter.batch.problems import Problem, reason
    from converter.cli.output import wants_colour, write_bytes, write_lines
    from converter.printable import visible
    from converter.review.formats import render

    if format == "text" and not target and wants_colour(color, sys.stdout):
        from converter.review.formats.text import styled

        lines = [tuple((visible(text), style) for text, style in line) for line in styled(report)]
        write_lines(lines, sys.stdout, True)
        return
    data = render(format, report)
    if not target:
        write_bytes(data)
        return
    try:
        with open(target, "wb") as file:
            file.write(data)
    except OSError as error:
        raise Problem(f"--output {target}: {reason(error)}") from None


def _say_how_many(report: Report, looked_at: int, color: str) -> None:
    """The last line, for a person: what was found, on standard error."""
    from collections import Counter

    from converter.cli.output import wants_colour, write_lines

    counts = Counter(finding.severity for finding in report.findings)
    parts = [
        f"{counts[level]} {level}{'s' if counts[level] > 1 else ''}" for level in reversed(SEVERITIES) if counts[level]
    ]
    scripts = f"{looked_at} script{'' if looked_at == 1 else 's'} looked at"
    text = f"stageify: {', '.join(parts) or 'no findings'} ({scripts})"
    write_lines([((text, "heading"),)], sys.stderr, wants_colour(color, sys.stderr))


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("review", cls=PlainCommand, epilog=EPILOG)(reported(spread(review)))
