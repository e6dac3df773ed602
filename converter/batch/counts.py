"""The recipes of a batch, counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import get_args

from converter.result import Recipe, Status


def status_counts(recipes: Iterable[Recipe]) -> dict[str, int]:
    """How many recipes have each status, those that none has included."""
    counts = Counter(recipe.status for recipe in recipes)
    return {status: counts[status] for status in get_args(Status)}


def code_counts(recipes: Iterable[Recipe], severity: str | None = None) -> dict[str, int]:
    """How many recipes have each diagnostic (of a severity), the commonest first."""
    counts = Counter(
        code
        for recipe in recipes
        for code in {found.code for found in recipe.diagnostics if severity in (None, found.severity)}
    )
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))
