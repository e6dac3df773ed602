"""Findings: what a review says of each recipe."""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from converter.batch.changes import Change, changes_of
from converter.batch.discovery import Root, is_dockerfile_name
from converter.batch.patch import patch
from converter.batch.problems import Problem
from converter.batch.recipes import Outcome
from converter.diagnostics import RULES, Diagnostic, Severity, error
from converter.result import Recipe
from converter.review.choices import LEVELS, Level
from converter.review.place import place
from converter.review.touched import Touched
from converter.source import Location, Source

CONVERTIBLE = "STG701"


class Finding(Struct, frozen=True):
    """One recipe, and what a reviewer should know of it.

    `message` says what is there, `why` why it matters, `suggestion` what to do. For a recipe that converts, `command`
    makes the change when it is run in the root, `changes` and `patch` are that change; for one that is refused they
    are empty. The patch is relative to the root. `fingerprint` stays the same while lines move, and no two findings
    of a review share one.
    """

    code: str
    severity: Severity
    message: str
    why: str
    suggestion: str
    command: str | None
    location: Location
    recipe: Recipe
    changes: tuple[Change, ...]
    patch: str
    fingerprint: str
    texts: Mapping[str, Source]

    @property
    def title(self) -> str:
        """What the finding is about, in half a line."""
        return RULES[self.code].title

    @property
    def remarks(self) -> tuple[Diagnostic, ...]:
        """What else the conversion has to say: differences that a person should know."""
        return tuple(found for found in self.recipe.diagnostics if found.message not in self.message)


def findings(
    root: Root,
    outcomes: Iterable[Outcome],
    touched: Touched | None = None,
    only: frozenset[str] | None = None,
    convertible: Severity = "warning",
    refused: Level = "note",
    flags: Sequence[str] = (),
) -> tuple[Finding, ...]:
    """The findings for the recipes among the outcomes, in their order.

    With `touched` only recipes with a file that the change touches are reported, at a line of the change where they
    have one; with `only`, those in which one of the named files takes part. `convertible` is the severity of what can be
    converted, `refused` that of what cannot, which is not reported where that is `none`. `flags` are those that `stageify convert`
    needs to come to the same result.
    """
    found: dict[str, Finding] = {}
    for outcome in outcomes:
        if not outcome.is_recipe or (outcome.recipe.status == "refused" and refused == "none"):
            continue
        parts = parts_of(outcome)
        if (touched is None or any(touched.has(part) for part in parts)) and (only is None or parts & only):
            finding = _finding(root, outcome, touched, convertible, refused, flags, frozenset(found))
            if finding is not None:
                found[finding.fingerprint] = finding
    return tuple(found.values())


def parts_of(outcome: Outcome) -> frozenset[str]:
    """The files that take part in a recipe: scripts, Dockerfiles, their ignore files, and what the conversion changes."""
    recipe = outcome.recipe
    parts = {*recipe.scripts, *recipe.sources, *(file.path for file in recipe.files)}
    if recipe.status == "refused":
        # How far the plan came is not known: the Dockerfiles that were read are those that the script builds.
        parts.update(path for path in outcome.texts if is_dockerfile_name(path.rpartition("/")[2]))
    folders = {path.rpartition("/")[0] for path in parts}
    ignore_files = {f"{part}.dockerignore" for part in parts} | {f"{folder}/.dockerignore" for folder in folders}
    return frozenset(parts | {path for path in outcome.texts if path in ignore_files or f"/{path}" in ignore_files})


def worst(found: Iterable[Finding]) -> Level:
    """The gravest severity among findings, `none` where there is no finding."""
    return max((finding.severity for finding in found), key=LEVELS.index, default="none")


def _finding(
    root: Root,
    outcome: Outcome,
    touched: Touched | None,
    convertible: Severity,
    refused: Level,
    flags: Sequence[str],
    taken: frozenset[str],
) -> Finding | None:
    recipe = outcome.recipe
    location = place(recipe, outcome.texts, touched)
    if recipe.status == "refused":
        return _refused(outcome, location, refused, taken)
    try:
        changes = changes_of(root, recipe.files, outcome.texts)
    except Problem as problem:
        blocked = error("STG702", problem.message, help=problem.help)
        return None if refused == "none" else _blocked(outcome, location, blocked, refused, taken)
    if not changes:
        return None
    command = shlex.join(["stageify", "convert", "--script", recipe.driver, *flags, "--write"])
    return Finding(
        code=CONVERTIBLE,
        severity=convertible,
        message=_what(recipe),
        why=RULES[CONVERTIBLE].explanation,
        suggestion=_suggestion(command, changes),
        command=command,
        location=location,
        recipe=recipe,
        changes=changes,
        patch=patch(changes, git_headers=not root.in_subfolder).decode("utf-8", "surrogateescape"),
        fingerprint=_fingerprint(
            [CONVERTIBLE, recipe.driver, *sorted({image.dockerfile for image in recipe.images})], taken
        ),
        texts=outcome.texts,
    )


def _refused(outcome: Outcome, location: Location, severity: Level, taken: frozenset[str]) -> Finding:
    errors = [found for found in outcome.recipe.diagnostics if found.severity == "error"]
    return _blocked(outcome, location, errors[0], severity, taken)


def _blocked(
    outcome: Outcome, location: Location, blocking: Diagnostic, severity: Level, taken: frozenset[str]
) -> Finding:
    assert severity != "none"
    recipe = outcome.recipe
    if outcome.is_unread:
        message = f"{recipe.driver} may hold the builder pattern and cannot be read: {blocking.message}"
    else:
        message = (
            f"{recipe.driver} holds the builder pattern and cannot become one multi-stage Dockerfile "
            f"as it stands: {blocking.message}"
        )
    help = blocking.help or f"`stageify explain {blocking.code}` says what can be done"
    return Finding(
        code=blocking.code,
        severity=severity,
        message=message,
        why=RULES[blocking.code].explanation,
        suggestion=help,
        command=None,
        location=location,
        recipe=recipe,
        changes=(),
        patch="",
        fingerprint=_fingerprint([blocking.code, recipe.driver], taken),
        texts=outcome.texts,
    )


def _what(recipe: Recipe) -> str:
    finals = dict.fromkeys(image.dockerfile for image in recipe.images)
    origins = {stage.name: stage.origin for stage in recipe.stages}
    builders = dict.fromkeys(origins.get(copy.stage) for copy in recipe.copies)
    known = [builder for builder in builders if builder is not None and builder not in finals]
    sources = list(dict.fromkeys(copy.source for copy in recipe.copies))
    what = sources[0] if len(sources) == 1 else f"{len(sources)} artifacts" if sources else "files"
    # A build image may come from no Dockerfile at all: an official one that runs the build, or one that is pulled.
    where = f"the image of {_list(known)}" if len(known) == len(builders) else "another image"
    part = "" if recipe.status == "converted" else " in part"
    return (
        f"{recipe.driver} takes {what} out of {where} to build {_list(list(finals))}: "
        f"one multi-stage Dockerfile can do the same{part}"
    )


def _suggestion(command: str, changes: Iterable[Change]) -> str:
    written = [change.path for change in changes if change.after is not None]
    deleted = [change.path for change in changes if change.after is None]
    done = [f"{verb} {_list(names)}" for verb, names in (("changes", written), ("deletes", deleted)) if names]
    return f"`{command}` {', and '.join(done)}"


def _list(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _fingerprint(identity: Iterable[str], taken: frozenset[str]) -> str:
    """A hash of what a finding is about, without lines, so that it stays while the text around moves."""
    data = "\0".join(identity).encode("utf-8", "surrogateescape")
    count = 0
    while True:
        found = hashlib.sha256(data + b"\0%d" % count).hexdigest()[:32]
        if found not in taken:
            return found
        count += 1
