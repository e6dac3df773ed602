"""The recipes of a tree that a review looks at, as a batch would convert them."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from msgspec import Struct

from converter.batch.changes import Change
from converter.batch.discovery import Root, candidates, is_dockerfile_name
from converter.batch.problems import Problem
from converter.batch.reading import read_text
from converter.batch.roots import Place, Survey
from converter.batch.run import Settings, plan
from converter.batch.task import Finished
from converter.batch.workers import cpu_count
from converter.convert import Options
from converter.diagnostics import Diagnostic
from converter.result import CopyResult, Recipe
from converter.source import Source, SourceError

TIMEOUT_SECONDS = 60.0
"""How long one recipe may take, as in a batch; reading one takes milliseconds."""

FEW = 32
"""Up to so many scripts are read in less time than processes for it take to start."""


class Group(Struct, frozen=True):
    """Recipes that share files and change together or not at all; most often it is one."""

    members: tuple[Finished, ...]

    @property
    def recipes(self) -> tuple[Recipe, ...]:
        """The recipes in the order of a reader."""
        return tuple(member.recipe for member in self.members)

    @property
    def is_converted(self) -> bool:
        """Whether there is a change that converts them all."""
        return all(recipe.converts for recipe in self.recipes)

    @property
    def changes(self) -> tuple[Change, ...]:
        """The change, each file once."""
        found = {change.path: change for member in self.members for change in member.changes}
        return tuple(found.values())

    @property
    def copies(self) -> tuple[CopyResult, ...]:
        """The artifacts on their way into the images."""
        return tuple(copy for recipe in self.recipes for copy in recipe.copies)

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What there is to say, each once."""
        return tuple(dict.fromkeys(found for recipe in self.recipes for found in recipe.diagnostics))

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What the conversions rest on, each once."""
        return tuple(dict.fromkeys(assumed.about for recipe in self.recipes for assumed in recipe.assumptions))

    @property
    def parts(self) -> frozenset[str]:
        """The files that take part: scripts, Dockerfiles, their ignore files, and what the conversion changes."""
        parts: set[str] = set()
        read: set[str] = set()
        for member in self.members:
            recipe = member.recipe
            parts.update((*recipe.scripts, *recipe.sources, *(file.path for file in recipe.files)))
            read.update(member.inputs)
            if recipe.status == "refused":
                # How far the plan came is not known: the Dockerfiles that were read are those that the script builds.
                parts.update(path for path in member.inputs if is_dockerfile_name(path.rpartition("/")[2]))
        folders = {path.rpartition("/")[0] for path in parts}
        ignoring = {f"{part}.dockerignore" for part in parts} | {f"{folder}/.dockerignore" for folder in folders}
        return frozenset(parts | {path for path in read if path in ignoring or f"/{path}" in ignoring})


def groups_of(
    root: Root, paths: frozenset[str], options: Options, templates: Mapping[str, str] | None = None
) -> tuple[int, tuple[Group, ...]]:
    """How many scripts were looked at, and the recipes among them. Nothing is written.

    Raises `UsageProblem` for options that hold for no recipe.
    """
    drivers = tuple(candidates(root, paths))
    jobs = 0 if len(drivers) <= FEW else cpu_count()
    survey = Survey(root, (root,), (Place(root, "", paths, drivers),), (), (), len(paths))
    batch = plan(survey, Settings(jobs, TIMEOUT_SECONDS, options, templates), None, lambda *_: None)
    groups = []
    for numbers in batch.groups:
        members = [batch.entries[number].member for number in numbers]
        if recipes := tuple(member.finished for member in members if member.is_recipe):
            groups.append(Group(recipes))
    return len(drivers), tuple(groups)


def texts_of(root: Root, group: Group) -> dict[str, Source]:
    """The texts of the files that take part and of those that are spoken of, as far as they can be read."""
    spoken = {found.location.file for found in group.diagnostics if found.location is not None}
    texts = {}
    for path in sorted(group.parts | spoken):
        with suppress(SourceError, FileNotFoundError, Problem):
            texts[path] = read_text(root, path)
    return texts
