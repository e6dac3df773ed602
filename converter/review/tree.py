"""The recipes of a tree that a review looks at."""

from __future__ import annotations

from collections.abc import Mapping

from converter.batch.discovery import Root
from converter.batch.recipes import Outcome, convert_folder
from converter.convert import Options


def outcomes_of(
    root: Root, paths: frozenset[str], options: Options, templates: Mapping[str, str] | None = None
) -> tuple[Outcome, ...]:
    """What became of each driver of the tree, without scripts that are part of another's recipe."""
    considered = convert_folder(root, paths, options, templates).considered
    called = {
        script
        for outcome in considered
        if outcome.is_recipe and not outcome.is_unread
        for script in outcome.recipe.scripts
        if script != outcome.recipe.driver
    }
    return tuple(outcome for outcome in considered if outcome.recipe.driver not in called)
