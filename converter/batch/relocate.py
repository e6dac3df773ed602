"""A recipe as it is seen from another folder: that of the batch, above the tree that it lies in."""

from __future__ import annotations

from msgspec.structs import replace

from converter.machine import paths
from converter.result import Recipe
from converter.source import Location


def relocate(recipe: Recipe, prefix: str) -> Recipe:
    """The recipe with `prefix` (empty, or ending in `/`) before every path that is relative to its tree.

    Messages stay as they are: they speak of paths as the recipe's own tree has them.
    """
    if not prefix:
        return recipe

    def place(location: Location) -> Location:
        return replace(location, file=prefix + location.file)

    def maybe(location: Location | None) -> Location | None:
        return None if location is None else place(location)

    return replace(
        recipe,
        driver=prefix + recipe.driver,
        scripts=tuple(prefix + path for path in recipe.scripts),
        images=tuple(replace(image, dockerfile=prefix + image.dockerfile) for image in recipe.images),
        files=tuple(replace(file, path=prefix + file.path) for file in recipe.files),
        stages=tuple(replace(s, origin=None if s.origin is None else prefix + s.origin) for s in recipe.stages),
        copies=tuple(
            replace(c, host=c.host if paths.is_outside(c.host) else prefix + c.host, location=place(c.location))
            for c in recipe.copies
        ),
        ledger=tuple(replace(entry, location=place(entry.location)) for entry in recipe.ledger),
        assumptions=tuple(replace(a, location=maybe(a.location)) for a in recipe.assumptions),
        diagnostics=tuple(replace(found, location=maybe(found.location)) for found in recipe.diagnostics),
        sources=tuple(prefix + path for path in recipe.sources),
    )
