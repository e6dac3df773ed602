"""What `stageify batch` prints, and the file of --report."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterable, Sequence
from typing import Literal

from msgspec import Struct

from converter.batch.changes import Change
from converter.batch.problems import Problem, UsageProblem, reason
from converter.batch.roots import Survey
from converter.batch.run import Result
from converter.cli.batch_text import summary_lines
from converter.cli.exit_status import CHANGES, DONE, REFUSED
from converter.cli.output import wants_colour, write_bytes, write_lines
from converter.printable import Line, visible

REPORTS = (".md", ".json")


class Wanted(Struct, frozen=True):
    """What the command line asks for; `roots` are the words as given."""

    mode: Literal["print", "diff", "check", "write"]
    format: str
    color: str
    verbose: bool
    roots: tuple[str, ...]


def answer(wanted: Wanted, survey: Survey, results: Sequence[Result]) -> int:
    """Prints what was asked for, and returns the exit status.

    What was asked for goes to standard output: the summary, the patch or the JSON. Beside a patch or JSON, the
    summary or what took no part goes to standard error.
    """
    _say_what_is_wrong(wanted, survey, results)
    stream = sys.stdout if wanted.mode != "diff" and wanted.format == "text" else sys.stderr
    if wanted.format == "json":
        write_bytes(as_json(survey, results))
    elif wanted.mode == "diff":
        _print_diff(wanted, survey, results)
    if wanted.format == "text":
        lines = [*summary_lines(survey, results, wanted.mode == "write", wanted.verbose), *_next(wanted, results)]
        write_lines(lines, stream, wants_colour(wanted.color, stream))
    if any(result.recipe.status in ("refused", "partial") for result in results):
        return REFUSED
    return CHANGES if wanted.mode in ("check", "diff") and any(result.changes for result in results) else DONE


def as_json(survey: Survey, results: Sequence[Result]) -> bytes:
    """The JSON output."""
    import json

    from converter.cli.schema import batch_to_json

    unreadable = {entry.path: entry.reason for entry in survey.unreadable}
    return (json.dumps(batch_to_json([result.recipe for result in results], unreadable), indent=2) + "\n").encode()


def check_report(path: str) -> None:
    """Raises `UsageProblem` for a report of no known kind, before any work is done."""
    if path and os.path.splitext(path)[1].lower() not in REPORTS:
        raise UsageProblem(f"--report {path}: the name of a report ends in {' or '.join(REPORTS)}")


def write_report(path: str, survey: Survey, results: Sequence[Result], is_written: bool) -> None:
    """Writes the report in one step, so that there is never half of one. Raises `Problem`."""
    from converter.cli.batch_markdown import markdown

    is_markdown = path.lower().endswith(".md")
    data = markdown(survey, results, is_written) if is_markdown else as_json(survey, results)
    unfinished = f"{path}.{os.getpid()}.new"
    try:
        with open(unfinished, "wb") as file:
            file.write(data)
        os.replace(unfinished, path)
    except OSError as error:
        if os.path.exists(unfinished):
            os.unlink(unfinished)
        raise Problem(f"--report {path}: {reason(error)}") from None


def all_changes(results: Iterable[Result]) -> list[Change]:
    """The changes of all recipes, each once: recipes of a group may share one."""
    changes: dict[str, Change] = {}
    for result in results:
        for change in result.changes:
            changes.setdefault(change.path, change)
    return list(changes.values())


def _print_diff(wanted: Wanted, survey: Survey, results: Sequence[Result]) -> None:
    from converter.cli.diff import print_diff

    print_diff(all_changes(results), not survey.base.in_subfolder, wanted.color)


def _say_what_is_wrong(wanted: Wanted, survey: Survey, results: Sequence[Result]) -> None:
    """What a person has to know besides the recipes, on standard error."""
    lines: list[Line] = [(("note", "note"), (f": {visible(text)}", "")) for text in survey.recovered]
    for entry in survey.unreadable:
        lines.append((("warning", "warning"), (f": {visible(entry.path)} takes no part: {visible(entry.reason)}", "")))
    from converter.cli.reporting import is_debugging

    if is_debugging():
        for result in results:
            lines += [((visible(line), ""),) for line in result.trace.splitlines()]
    if lines:
        write_lines(lines, sys.stderr, wants_colour(wanted.color, sys.stderr))


def _next(wanted: Wanted, results: Sequence[Result]) -> list[Line]:
    """What the person can do now, as commands to copy."""
    if wanted.mode == "write" or not any(result.changes for result in results):
        return []
    steps = [] if wanted.mode == "diff" else [("see every change", "--diff")]
    steps.append(("make the changes", "--write"))
    width = max(len(what) for what, _ in steps)
    return [
        (
            ("next: " if number == 0 else "      ", "heading"),
            (what.ljust(width) + "  ", ""),
            (visible(shlex.join(["stageify", "batch", flag, *wanted.roots])), "path"),
        )
        for number, (what, flag) in enumerate(steps)
    ]
