"""The report of a batch as Markdown: counts, what was refused and why, what converts and which files change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from converter.batch.counts import code_counts, status_counts
from converter.batch.roots import Survey
from converter.batch.run import Result
from converter.cli.batch_text import headline
from converter.diagnostics import RULES, Diagnostic
from converter.review.formats.markup import code, prose


def markdown(survey: Survey, results: Sequence[Result], is_written: bool) -> bytes:
    """One document. Every path is relative to the base of the batch."""
    recipes = [result.recipe for result in results]
    sections = [
        "# One multi-stage Dockerfile for each recipe",
        f"{prose(headline(survey, recipes, is_written))}.",
        _table(
            ("status", "recipes"), ((name, str(number)) for name, number in status_counts(recipes).items() if number)
        ),
        _table(
            ("diagnostic", "", "recipes"),
            ((name, RULES[name].title, str(number)) for name, number in code_counts(recipes).items()),
        ),
        *_section(
            "Refused", [_refused(result) for result in results if result.recipe.status in ("refused", "partial")]
        ),
        *_section(
            "Converted" if is_written else "To convert",
            [_converted(result) for result in results if result.recipe.converts],
        ),
        *_section(
            "Multi-stage already",
            [f"- {code(recipe.driver)}" for recipe in recipes if recipe.status == "already-multi-stage"],
        ),
        *_section("Took no part", [f"- {code(entry.path)}: {prose(entry.reason)}" for entry in survey.unreadable]),
    ]
    return ("\n\n".join(section for section in sections if section) + "\n").encode("utf-8", "backslashreplace")


def _section(title: str, items: Sequence[str]) -> list[str]:
    return [f"## {title}", "\n".join(items)] if items else []


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    body = [f"| {' | '.join(prose(cell) for cell in row)} |" for row in rows]
    return "\n".join([f"| {' | '.join(head)} |", "|" + " --- |" * len(head), *body]) if body else ""


def _refused(result: Result) -> str:
    recipe = result.recipe
    rows = [_why(found) for found in recipe.diagnostics if found.severity == "error"]
    return "\n".join([f"- {code(recipe.driver)}", *rows])


def _why(found: Diagnostic) -> str:
    place = f"{code(str(found.location))}: " if found.location is not None else ""
    help = f" *{prose(found.help)}*" if found.help else ""
    return f"  - {found.code} {place}{prose(found.message)}{help}"


def _converted(result: Result) -> str:
    recipe = result.recipe
    files = ", ".join(("deletes " if file.text is None else "") + code(file.path) for file in recipe.files)
    warnings = [_why(found) for found in recipe.diagnostics if found.severity == "warning"]
    return "\n".join([f"- {code(recipe.driver)}: {files}", *warnings])
