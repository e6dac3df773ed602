"""One recipe of a batch, from a workspace to what would be written: the work of a worker process."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field
from msgspec.structs import replace

from converter.batch.changes import Change, changes_of
from converter.batch.discovery import Root
from converter.batch.problems import Problem, UsageProblem
from converter.batch.recipes import Outcome, convert_driver, unreadable_recipe
from converter.batch.workers import Failure
from converter.batch.workspace import load
from converter.convert import OptionError
from converter.diagnostics import Diagnostic, error
from converter.result import Recipe
from converter.source import Source


class Task(Struct, frozen=True):
    """A driver in a saved workspace; `instead` are texts that other files of the tree are taken to have."""

    workspace: str
    driver: str
    instead: Mapping[str, str] = field(default_factory=dict)


class Finished(Struct, frozen=True):
    """What became of a recipe: `changes` are relative to the root of its tree.

    `texts` are those that its diagnostics speak of; `inputs` maps every file that was read to the digest of its text;
    `trace` is the traceback of an internal error.
    """

    recipe: Recipe
    changes: tuple[Change, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    inputs: Mapping[str, str] = field(default_factory=dict)
    trace: str = ""


def convert_task(task: Task) -> Finished:
    """Converts one recipe, nothing written. Raises `UsageProblem` for options that hold for no recipe."""
    reader = load(task.workspace)
    workspace = reader.workspace
    asked: dict[str, str] = {}

    def read(root: Root, path: str) -> Source:
        if path in task.instead:
            return Source(path, task.instead[path])
        asked[path] = reader.digest(path)
        return reader.read(root, path)

    try:
        outcome = convert_driver(
            workspace.root, workspace.paths, task.driver, workspace.options, workspace.templates, read
        )
    except UsageProblem as problem:
        if not isinstance(problem.__cause__, OptionError):
            raise
        found = error("STG108", problem.message, help=f"convert it alone: stageify convert --script {task.driver}")
        outcome = Outcome(Recipe(task.driver, (task.driver,), "refused", diagnostics=(found,)), {})
    except Problem as problem:
        outcome = Outcome(unreadable_recipe(task.driver, problem), {})
    recipe = outcome.recipe
    changes: tuple[Change, ...] = ()
    if recipe.converts:
        try:
            changes = changes_of(workspace.root, recipe.files, outcome.texts)
        except Problem as problem:
            recipe = refused(recipe, error("STG111", problem.message, help=problem.help))
    spoken = {found.location.file for found in recipe.diagnostics if found.location is not None}
    texts = {path: source.text for path, source in outcome.texts.items() if path in spoken}
    return Finished(recipe, changes, texts, asked)


def refused(recipe: Recipe, *found: Diagnostic) -> Recipe:
    """The recipe as one that is refused for these reasons, besides what there was to say before."""
    return replace(recipe, status="refused", files=(), diagnostics=(*recipe.diagnostics, *found))


def failed(driver: str, failure: Failure) -> Finished:
    """The answer for a recipe whose conversion did not come to an end."""
    if failure.kind == "timeout":
        found = error("STG902", f"the time limit is reached: {failure.message}", help="give it more with --timeout")
    else:
        found = error(
            "STG901",
            f"internal error: {failure.message}",
            help=f"please report this; `stageify convert --script {driver} --debug` shows more",
        )
    return Finished(Recipe(driver, (driver,), "refused", diagnostics=(found,)), trace=failure.trace)
