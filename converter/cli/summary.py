"""What became of a recipe, in a few lines for a person."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from converter.batch.changes import Change
from converter.lazy import lazily
from converter.printable import Line, visible
from converter.result import CopyResult, LedgerEntry, Recipe
from converter.source import Location, Source

if TYPE_CHECKING:
    from converter import show
else:
    show = lazily("converter.show")

VERDICTS = {
    "converted": ("converts to one multi-stage Dockerfile", "good"),
    "partial": ("converts in part", "warning"),
    "refused": ("cannot be converted as it stands", "error"),
    "already-multi-stage": ("is multi-stage already, there is nothing to convert", "note"),
    "not-the-pattern": ("is not the builder pattern, there is nothing to convert", "note"),
}


def recipe_lines(
    recipe: Recipe, texts: Mapping[str, Source], changes: Sequence[Change] = (), verbose: bool = False
) -> list[Line]:
    """The summary: diagnostics, then stages, copies, files and assumptions; with `verbose` the ledger too."""
    verdict, style = VERDICTS[recipe.status]
    lines: list[Line] = []
    for found in recipe.diagnostics:
        lines += [*show.diagnostic_lines(found, texts), ()]
    lines.append(((visible(recipe.driver), "heading"), (" ", ""), (verdict, style)))
    if recipe.converts:
        lines += _block("stages", _stages(recipe))
        lines += _block("copies", _copies(recipe.copies))
        lines += _block("images", _images(recipe))
        lines += _block("files", _files(changes))
    lines += _block("assumed", _assumptions(recipe))
    if verbose:
        lines += _block("what became of each line", _ledger(recipe.ledger))
    return lines


def _block(title: str, rows: Iterable[Line]) -> list[Line]:
    indented = [(("    ", ""), *row) for row in rows]
    return [((f"  {title}", "heading"),), *indented] if indented else []


def _stages(recipe: Recipe) -> list[Line]:
    width = max((len(visible(stage.name)) for stage in recipe.stages), default=0)
    return [
        (
            (visible(stage.name).ljust(width), "good"),
            (f"  FROM {visible(stage.base)}", ""),
            (f"  {_arrow('<-')} {visible(stage.origin)}" if stage.origin else "  (new)", "quiet"),
        )
        for stage in recipe.stages
    ]


def _copies(copies: Iterable[CopyResult]) -> list[Line]:
    return [
        (
            (visible(copy.stage), "good"),
            (f":{visible(copy.source)} {_arrow('->')} {visible(copy.destination)}", ""),
            (f"  {visible(str(copy.location))} {visible(copy.mechanism)}", "quiet"),
        )
        for copy in copies
    ]


def _images(recipe: Recipe) -> list[Line]:
    return [
        (
            (visible(image.tag), "path"),
            (f"  {_arrow('<-')} {visible(image.dockerfile)}", "quiet"),
            (f", stage {visible(image.target)}" if image.target else "", "quiet"),
            ("" if image.status == "converted" else f"  {image.status}", "warning"),
        )
        for image in recipe.images
    ]


def _files(changes: Iterable[Change]) -> list[Line]:
    rows: list[Line] = []
    for change in changes:
        if change.after is None:
            rows.append((("delete   ", "removed"), (visible(change.path), "path")))
        elif change.before is None:
            rows.append((("create   ", "added"), (visible(change.path), "path")))
        else:
            rows.append((("rewrite  ", "note"), (visible(change.path), "path")))
    return rows


def _assumptions(recipe: Recipe) -> list[Line]:
    """Each assumption once, with the places that rest on it."""
    places: dict[str, list[Location]] = {}
    for assumption in recipe.assumptions:
        found = places.setdefault(assumption.about, [])
        if assumption.location is not None:
            found.append(assumption.location)
    return [
        ((visible(about), ""), ("  " + visible(", ".join(_short(place) for place in found)) if found else "", "quiet"))
        for about, found in places.items()
    ]


def _ledger(entries: Iterable[LedgerEntry]) -> list[Line]:
    return [
        ((f"{entry.fate:<10}", ""), (visible(_range(entry.location)), "path"), (f"  {visible(entry.why)}", "quiet"))
        for entry in entries
    ]


def _short(place: Location) -> str:
    return f"{place.file}:{place.line}"


def _range(place: Location) -> str:
    """The lines of a place; one that ends where a line begins has not touched that line."""
    last = place.end_line - 1 if place.end_column == 1 and place.end_line > place.line else place.end_line
    return _short(place) if last == place.line else f"{_short(place)}-{last}"


def _arrow(ascii_form: str) -> str:
    """An arrow that standard error can show."""
    arrow = {"->": "→", "<-": "←"}[ascii_form]
    try:
        arrow.encode(sys.stderr.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return ascii_form
    return arrow
