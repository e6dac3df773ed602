"""Findings: what a review says of each recipe."""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from converter.batch.changes import Change
from converter.batch.discovery import Root
from converter.batch.patch import patch
from converter.batch.recipes import Outcome
from converter.diagnostics import RULES, Diagnostic, Severity
from converter.result import CopyResult, Recipe
from converter.review.choices import LEVELS, Level
from converter.review.place import place
from converter.review.touched import Touched
from converter.review.tree import Group, texts_of
from converter.source import Location, Source

CONVERTIBLE = "STG701"
TOGETHER = "STG110"
"""The recipe itself converts, but shares files with one that does not."""


class Finding(Struct, frozen=True):
    """One recipe, or several that share files, and what a reviewer should know of it.

    `message` says what is there, `why` why it matters, `suggestion` what to do. For what converts, `changes` and
    `patch` are the change, and `command` makes it when it is run in the root, where one command does; for what is
    refused they are empty. The patch is relative to the root. `fingerprint` stays the same while lines move, and no
    two findings of a review share one. `recipe` is the one that the message speaks of.
    """

    code: str
    severity: Severity
    message: str
    why: str
    suggestion: str
    command: str | None
    location: Location
    recipe: Recipe
    group: Group
    changes: tuple[Change, ...]
    patch: str
    fingerprint: str
    texts: Mapping[str, Source]

    @property
    def title(self) -> str:
        """What the finding is about, in half a line."""
        return RULES[self.code].title

    @property
    def copies(self) -> tuple[CopyResult, ...]:
        """The artifacts on their way into the images."""
        return self.group.copies

    @property
    def remarks(self) -> tuple[Diagnostic, ...]:
        """What else the conversion has to say: differences that a person should know."""
        return tuple(found for found in self.group.diagnostics if found.message not in self.message)


def findings(
    root: Root,
    groups: Iterable[Group],
    touched: Touched | None = None,
    only: frozenset[str] | None = None,
    convertible: Severity = "warning",
    refused: Level = "note",
    flags: Sequence[str] = (),
) -> tuple[Finding, ...]:
    """The findings for recipes, in their order.

    With `touched` only recipes with a file that the change touches are reported, at a line of the change where they
    have one; with `only`, those in which one of the named files takes part. `convertible` is the severity of what can be
    converted, `refused` that of what cannot, which is not reported where that is `none`. `flags` are those that
    `stageify convert` needs to come to the same result.
    """
    found: list[Finding] = []
    for group in groups:
        parts = group.parts
        if touched is not None and not any(touched.has(part) for part in parts):
            continue
        if only is not None and not parts & only:
            continue
        if group.is_converted:
            if group.changes:
                found.append(_convertible(root, group, touched, convertible, flags))
        elif refused != "none" and (reason := _reason(group)) is not None:
            found.append(_refused(root, group, *reason, touched, refused))
    return tuple(found)


def worst(found: Iterable[Finding]) -> Level:
    """The gravest severity among findings, `none` where there is no finding."""
    return max((finding.severity for finding in found), key=LEVELS.index, default="none")


def _convertible(
    root: Root, group: Group, touched: Touched | None, severity: Severity, flags: Sequence[str]
) -> Finding:
    texts = texts_of(root, group)
    recipe, location = _shown(group.recipes, texts, touched)
    message, command = _what(recipe), None
    if others := [other.driver for other in group.recipes if other is not recipe]:
        message += f"; {_list(others)} {'shares' if len(others) == 1 else 'share'} files with it and can do so too"
    else:
        command = shlex.join(["stageify", "convert", "--script", recipe.driver, *flags, "--write"])
    return Finding(
        code=CONVERTIBLE,
        severity=severity,
        message=message,
        why=RULES[CONVERTIBLE].explanation,
        suggestion=f"{f'`{command}`' if command else 'the patch'} {_done(group.changes)}",
        command=command,
        location=location,
        recipe=recipe,
        group=group,
        changes=group.changes,
        patch=patch(group.changes, git_headers=not root.in_subfolder).decode("utf-8", "surrogateescape"),
        fingerprint=_fingerprint(CONVERTIBLE, group),
        texts=texts,
    )


def _refused(
    root: Root, group: Group, recipe: Recipe, reason: Diagnostic, touched: Touched | None, severity: Severity
) -> Finding:
    texts = texts_of(root, group)
    if Outcome(recipe, texts).is_unread:
        message = f"{recipe.driver} may hold the builder pattern and cannot be read: {reason.message}"
    else:
        message = (
            f"{recipe.driver} holds the builder pattern and cannot become one multi-stage Dockerfile "
            f"as it stands: {reason.message}"
        )
    return Finding(
        code=reason.code,
        severity=severity,
        message=message,
        why=RULES[reason.code].explanation,
        suggestion=reason.help or f"`stageify explain {reason.code}` says what can be done",
        command=None,
        location=_shown((recipe,), texts, touched)[1],
        recipe=recipe,
        group=group,
        changes=(),
        patch="",
        fingerprint=_fingerprint(reason.code, group),
        texts=texts,
    )


def _reason(group: Group) -> tuple[Recipe, Diagnostic] | None:
    """What stands in the way of a group: of those recipes that others wait for, the first error."""
    errors = [
        (recipe, found)
        for recipe in group.recipes
        if not recipe.converts
        for found in recipe.diagnostics
        if found.severity == "error"
    ]
    own = [(recipe, found) for recipe, found in errors if found.code != TOGETHER]
    return next(iter(own or errors), None)


def _shown(recipes: Sequence[Recipe], texts: Mapping[str, Source], touched: Touched | None) -> tuple[Recipe, Location]:
    """The recipe to speak of and its place: the first one that has a place on a touched line, else the first one."""
    places = [(recipe, place(recipe, texts, touched)) for recipe in recipes]
    on_lines = (
        (recipe, location)
        for recipe, location in places
        if touched is not None and location.line in touched.lines.get(location.file, ())
    )
    return next(on_lines, places[0])


def _what(recipe: Recipe) -> str:
    finals = dict.fromkeys(image.dockerfile for image in recipe.images)
    origins = {stage.name: stage.origin for stage in recipe.stages}
    builders = dict.fromkeys(origins.get(copy.stage) for copy in recipe.copies)
    known = [builder for builder in builders if builder is not None and builder not in finals]
    sources = list(dict.fromkeys(copy.source for copy in recipe.copies))
    what = sources[0] if len(sources) == 1 else f"{len(sources)} artifacts" if sources else "files"
    # A build image may come from no Dockerfile at all: an official one that runs the build, or one that is pulled.
    where = f"the image of {_list(known)}" if known and len(known) == len(builders) else "another image"
    return (
        f"{recipe.driver} takes {what} out of {where} to build {_list(list(finals))}: "
        "one multi-stage Dockerfile can do the same"
    )


def _done(changes: Iterable[Change]) -> str:
    changes = list(changes)
    written = [change.path for change in changes if change.after is not None]
    deleted = [change.path for change in changes if change.after is None]
    return ", and ".join(
        f"{verb} {_list(names)}" for verb, names in (("changes", written), ("deletes", deleted)) if names
    )


def _list(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _fingerprint(code: str, group: Group) -> str:
    """A hash of what a finding is about, without lines, so that it stays while the text around moves.

    No driver is in two groups.
    """
    identity = "\0".join([code, *sorted(recipe.driver for recipe in group.recipes)])
    return hashlib.sha256(identity.encode("utf-8", "surrogateescape")).hexdigest()[:32]
