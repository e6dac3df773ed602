"""The line that a reviewer should see: where a finding is shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from converter.result import Recipe
from converter.review.touched import Touched
from converter.source import Location, Source


def place(recipe: Recipe, texts: Mapping[str, Source], touched: Touched | None) -> Location:
    """The command that takes the first artifact out, or what stands in the way of a refused recipe.

    In a review of a change it lies on a line of the change wherever the recipe has one, as code hosts show nothing
    else: the best is a place of the pattern itself, then any line of the recipe's files.
    """
    ranked = [*_places(recipe), Location(recipe.driver, 1, 1, 1, 1)]
    if touched is not None:
        for location in (*ranked, *_whole(recipe, texts)):
            found = _on_touched_line(location, texts.get(location.file), touched)
            if found is not None:
                return found
    return ranked[0]


def _places(recipe: Recipe) -> Iterator[Location]:
    """The places that say most, best first."""
    yield from (copy.location for copy in recipe.copies)
    if recipe.status == "refused":
        yield from (found.location for found in recipe.diagnostics if found.location and found.severity == "error")
        yield from (entry.location for entry in recipe.ledger if entry.fate == "blocking")
    changed = [entry.location for entry in recipe.ledger if entry.fate in ("obsolete", "rewritten")]
    yield from (location for location in changed if location.file in recipe.scripts)
    yield from (location for location in changed if location.file not in recipe.scripts)


def _whole(recipe: Recipe, texts: Mapping[str, Source]) -> Iterator[Location]:
    names: Iterable[str] = dict.fromkeys((*recipe.scripts, *recipe.sources, *(file.path for file in recipe.files)))
    for name in names:
        if name in texts:
            yield Location(name, 1, 1, max(texts[name].line_count(), 1), 2)


def _on_touched_line(location: Location, source: Source | None, touched: Touched) -> Location | None:
    """The place itself where all its lines are touched, else its first touched line with something on it."""
    lines = touched.lines.get(location.file)
    if not lines or source is None:
        return None
    last = location.end_line - (1 if location.end_column == 1 and location.end_line > location.line else 0)
    numbers = range(location.line, min(last, source.line_count()) + 1)
    if numbers and all(number in lines for number in numbers) and len(numbers) < source.line_count():
        return location
    for number in numbers:
        text = source.line_text(number)
        if number in lines and text.strip():
            return Location(location.file, number, 1, number, len(text) + 1)
    return None
