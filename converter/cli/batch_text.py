"""The summary of a batch for a person: one line for each recipe, then the counts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from converter.batch.counts import code_counts, status_counts
from converter.batch.roots import Survey
from converter.batch.run import Result
from converter.cli.summary import recipe_lines
from converter.diagnostics import RULES, Diagnostic
from converter.printable import Line, visible
from converter.result import Recipe
from converter.source import Source

WORDS = {
    "converted": ("converts", "good"),
    "partial": ("converts in part", "warning"),
    "refused": ("refused", "error"),
    "already-multi-stage": ("is multi-stage already", "note"),
    "not-the-pattern": ("holds no recipe", "note"),
}
"""What is said of one recipe of each status, with its style."""

COUNTED = {
    "converted": ("converts", "convert"),
    "partial": ("converts in part", "convert in part"),
    "refused": ("is refused", "are refused"),
    "already-multi-stage": ("is multi-stage already", "are multi-stage already"),
}
"""What is said of one recipe and of several; a script that holds none is counted apart."""


def summary_lines(survey: Survey, results: Sequence[Result], is_written: bool, verbose: bool) -> list[Line]:
    """The recipes, those that hold one; with `verbose` every script that was looked at, with all there is to say."""
    lines: list[Line] = []
    for result in results:
        if verbose:
            texts = {path: Source(path, text) for path, text in result.texts.items()}
            lines += [*recipe_lines(result.recipe, texts, result.changes, verbose), ()]
        elif result.recipe.status in ("converted", "partial", "refused"):
            lines += _recipe(result, is_written)
    if lines and lines[-1]:
        lines.append(())
    recipes = [result.recipe for result in results]
    lines.append(((headline(survey, recipes, is_written), "heading"),))
    lines += _codes("refused for", recipes, "error")
    lines += _codes("with a warning", recipes, "warning")
    return lines


def headline(survey: Survey, recipes: Sequence[Recipe], is_written: bool) -> str:
    """The counts by status in one sentence, in which scripts that hold no recipe are told apart."""
    counts = status_counts(recipes)
    others = counts.pop("not-the-pattern")
    words = {**COUNTED, "converted": ("was converted", "were converted")} if is_written else COUNTED
    parts = [f"{number} {words[status][number != 1]}" for status, number in counts.items() if number]
    total = sum(counts.values())
    looked = f"{counted(survey.file_count, 'file')} looked at"
    if others:
        looked += f", {counted(others, 'script')} without the pattern"
    return f"{counted(total, 'recipe')}{': ' if parts else ''}{', '.join(parts)} ({looked})"


def counted(number: int, what: str) -> str:
    """A number and a noun."""
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def _recipe(result: Result, is_written: bool) -> list[Line]:
    recipe = result.recipe
    word, style = WORDS[recipe.status]
    why = [_why(found, recipe) for found in recipe.diagnostics if found.severity == "error"]
    if recipe.converts:
        word = ("converted" if recipe.status == "converted" else "converted in part") if is_written else word
        files = ", ".join(("delete " if file.text is None else "") + _short(file.path, recipe) for file in recipe.files)
        return [((visible(recipe.driver), "path"), (" ", ""), (word, style), (f"  {visible(files)}", "quiet")), *why]
    return [((visible(recipe.driver), "path"), (" ", ""), (word, style)), *why]


def _short(path: str, recipe: Recipe) -> str:
    """A path as seen from the driver's folder where it lies below that."""
    folder = recipe.driver.rpartition("/")[0]
    return path[len(folder) + 1 :] if folder and path.startswith(folder + "/") else path


def _why(found: Diagnostic, recipe: Recipe) -> Line:
    place = f"{found.location}: " if found.location is not None else ""
    return (("    ", ""), (found.code, found.severity), (f" {visible(place)}{visible(found.message)}", ""))


def _codes(title: str, recipes: Iterable[Recipe], severity: str) -> list[Line]:
    counts = code_counts(recipes, severity)
    if not counts:
        return []
    width = len(f"{max(counts.values()):,}")
    rows: list[Line] = [
        (("    ", ""), (f"{number:>{width},} ", ""), (code, severity), (f"  {RULES[code].title}", ""))
        for code, number in counts.items()
    ]
    return [((f"  {title}", "heading"),), *rows]
