"""What `stageify convert` prints, writes and returns once the conversion is done."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from converter.batch.changes import Change, changes_of
from converter.batch.discovery import Root
from converter.batch.problems import Problem
from converter.batch.recipes import Outcome, Selection
from converter.cli.advice import same_call
from converter.cli.diff import print_diff
from converter.cli.exit_status import CHANGES, DONE, NOTHING, REFUSED
from converter.cli.output import wants_colour, write_bytes, write_lines
from converter.cli.summary import VERDICTS, recipe_lines
from converter.printable import Line, visible
from converter.result import Recipe


class Request(Struct, frozen=True):
    """What the command line asks for; `out` is an absolute folder, `command` and `arguments` the words as given."""

    root: Root
    paths: frozenset[str]
    mode: Literal["print", "diff", "check", "write", "out"]
    out: str
    format: str
    color: str
    verbose: bool
    command: tuple[str, ...]
    arguments: tuple[str, ...] | None


def say(text: str, color: str) -> None:
    """A note on standard error."""
    write_lines([(("note", "note"), (f": {visible(text)}", ""))], sys.stderr, wants_colour(color, sys.stderr))


def answer(request: Request, selection: Selection) -> int:
    """Prints or writes what was asked for, and returns the exit status."""
    if request.verbose and request.format == "text":
        _show(request, _considered(request, selection))
    if selection.choices:
        raise _choice(request, selection.choices)
    if selection.chosen is None:
        return _no_recipe(request, selection)
    recipe = selection.chosen.recipe
    if recipe.converts:
        return _converted(request, selection.chosen)
    if request.format == "json":
        _print_json([recipe])
    else:
        _show(
            request, [*recipe_lines(recipe, selection.chosen.texts, verbose=request.verbose), *_after(request, recipe)]
        )
    if recipe.status == "refused":
        return REFUSED
    return DONE if request.mode == "check" else NOTHING


def _converted(request: Request, outcome: Outcome) -> int:
    recipe = outcome.recipe
    changes = changes_of(request.root, recipe.files, outcome.texts)
    if request.mode == "write":
        from converter.batch.transaction import write_changes

        write_changes(request.root.folder, changes)
    elif request.mode == "out":
        _write_out(request, changes)
    if request.format == "json":
        _print_json([recipe])
    elif request.mode == "diff":
        print_diff(changes, not request.root.in_subfolder, request.color)
    elif request.mode == "print":
        write_bytes(_new_dockerfiles(outcome))
    if request.format == "text":
        lines = recipe_lines(recipe, outcome.texts, changes, request.verbose)
        _show(request, [*lines, *_next(request, changes)])
    if recipe.status == "partial":
        return REFUSED
    return CHANGES if changes and request.mode in ("check", "diff") else DONE


def _new_dockerfiles(outcome: Outcome) -> bytes:
    """The Dockerfile of each final image after the conversion."""
    texts = {path: source.text for path, source in outcome.texts.items()}
    texts.update((file.path, file.text) for file in outcome.recipe.files if file.text is not None)
    names = dict.fromkeys(image.dockerfile for image in outcome.recipe.images)
    return "".join(texts[name] for name in names if name in texts).encode()


def _print_json(recipes: Sequence[Recipe]) -> None:
    import json

    from converter.cli.schema import to_json

    write_bytes((json.dumps(to_json(recipes), indent=2) + "\n").encode())


def _write_out(request: Request, changes: Sequence[Change]) -> None:
    """Writes the resulting files into the folder of --out, over those of an earlier run but over none of the tree."""
    import os

    from converter.batch.discovery import relative
    from converter.batch.transaction import write_into

    folder = os.path.realpath(request.out)
    for change in changes:
        path = relative(request.root, os.path.join(folder, change.path))
        if change.after is not None and path in request.paths:
            raise Problem(
                f"--out would write over {path}, which is part of the tree", "give another folder, or use --write"
            )
    write_into(folder, changes)


def _show(request: Request, lines: Sequence[Line]) -> None:
    write_lines(lines, sys.stderr, wants_colour(request.color, sys.stderr))


def _next(request: Request, changes: Sequence[Change]) -> list[Line]:
    if not changes:
        return [(("  nothing changes", "quiet"),)]
    if request.mode == "write":
        where = "; `git diff` shows it" if request.root.top else ""
        return [(("done", "good"), (f": {_count(len(changes), 'file')} changed{where}", ""))]
    if request.mode == "out":
        return [(("done", "good"), (f": the resulting files are in {visible(request.out)}", ""))]
    steps = [] if request.mode == "diff" else [("see every change", "--diff")]
    steps.append(("make the changes", "--write"))
    width = max(len(what) for what, _ in steps)
    return [
        (
            ("next: " if number == 0 else "      ", "heading"),
            (what.ljust(width) + "  ", ""),
            (_call(request, flag), "path"),
        )
        for number, (what, flag) in enumerate(steps)
    ]


def _call(request: Request, *more: str) -> str:
    return visible(same_call(request.command, request.arguments, *more))


def _after(request: Request, recipe: Recipe) -> list[Line]:
    """What helps the person with a recipe that is not converted."""
    if recipe.status != "refused":
        return []
    codes = list(dict.fromkeys(found.code for found in recipe.diagnostics if found.severity == "error"))
    lines: list[Line] = [(("  nothing was written", "quiet"),)]
    if "STG104" in codes:
        lines += _not_tracked(request)
    for number, code in enumerate(codes):
        lines.append((("next: " if number == 0 else "      ", "heading"), (f"stageify explain {code}", "path")))
    return lines


def _no_recipe(request: Request, selection: Selection) -> int:
    """Nothing in this folder holds the pattern: says what was looked at."""
    if request.format == "json":
        _print_json([outcome.recipe for outcome in selection.considered])
    count = len(selection.considered)
    if count:
        what = f"looked at {_count(count, 'script')} below {request.root.folder}, and none holds the builder pattern"
    else:
        what = f"no script below {request.root.folder} builds an image ({_count(len(request.paths), 'file')})"
    lines: list[Line] = [(("note[STG101]", "note"), (f": no recipe here: {visible(what)}", "heading"))]
    if not request.verbose:
        lines += _considered(request, selection)
    lines += _not_tracked(request)
    lines.append(((" = help: ", "quiet"), ("name the script with --script, or as PATH, if it lies elsewhere", "")))
    _show(request, lines)
    return DONE if request.mode == "check" else NOTHING


def _considered(request: Request, selection: Selection) -> list[Line]:
    """One row for each script that was looked at, with the first thing there is to say about it."""
    rows: list[Line] = []
    for outcome in selection.considered:
        recipe = outcome.recipe
        verdict, style = VERDICTS[recipe.status]
        first = next((f": {found.code} {visible(found.message)}" for found in recipe.diagnostics), "")
        if recipe.driver in selection.passed:
            first = f", not taken: {visible(selection.passed[recipe.driver])}"
        rows.append(
            (("   looked at ", "quiet"), (visible(recipe.driver), "path"), (f" {verdict}", style), (first, "quiet"))
        )
    return rows


def _not_tracked(request: Request) -> list[Line]:
    """The files that might be part of a recipe if git tracked them."""
    from converter.batch.discovery import candidates, is_dockerfile_name, untracked

    left = untracked(request.root, request.paths)
    names = sorted(
        {*candidates(request.root, left), *(path for path in left if is_dockerfile_name(path.rpartition("/")[2]))}
    )
    if not names:
        return []
    return [
        (
            (" = help: ", "quiet"),
            (f"git does not track {visible(', '.join(names[:5]))}, so it takes no part; `git add` it first", ""),
        )
    ]


LISTED = 12
"""How many scripts are listed where there is a choice."""


def _choice(request: Request, choices: Sequence[Outcome]) -> Problem:
    rows = [
        f"  {outcome.recipe.driver} {VERDICTS[outcome.recipe.status][0]}{_why(outcome.recipe)}"
        for outcome in choices[:LISTED]
    ]
    if len(choices) > LISTED:
        rows.append(f"  and {len(choices) - LISTED} more")
    first = same_call(request.command, request.arguments, "--script", choices[0].recipe.driver)
    return Problem(
        "\n".join([f"{len(choices)} scripts hold a recipe, and one of them has to be named (STG102):", *rows]),
        f"`{first}` takes the first",
    )


def _why(recipe: Recipe) -> str:
    """The first error of a recipe, in half a line."""
    return next((f" ({found.code}: {found.message})" for found in recipe.diagnostics if found.severity == "error"), "")


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
