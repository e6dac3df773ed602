"""One driver of a tree, or the one that a folder has: the pure conversion with the reading around it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

import converter.convert as conversion
from converter.batch.asking import ask_engine
from converter.batch.callers import part_of
from converter.batch.discovery import Root, candidates
from converter.batch.problems import Problem, UsageProblem
from converter.batch.reading import OutsideError, read_text
from converter.convert import Needs, Options, Tree
from converter.diagnostics import Diagnostic, error
from converter.plan.facts import ImageFacts
from converter.render.environment import TemplateProblem
from converter.result import Recipe
from converter.source import Location, Source, SourceError

if TYPE_CHECKING:
    from converter.drivers.trace import Trace

MAX_ROUNDS = 100
"""How often a conversion may ask for more files; a chain of scripts that source one another is never that long."""

_UNREAD = frozenset({"STG103", "STG106", "STG107", "STG301"})
"""Refusals of scripts that could not be read, which therefore say nothing about whether they hold the pattern."""


class Outcome(Struct, frozen=True):
    """A recipe with the texts that it was made from, by path."""

    recipe: Recipe
    texts: Mapping[str, Source]

    @property
    def is_recipe(self) -> bool:
        """Whether this driver holds the pattern, converted or not."""
        return self.recipe.status in ("converted", "partial", "refused")

    @property
    def is_unread(self) -> bool:
        """Whether it was refused because its text could not be read, so that nobody knows what it holds."""
        errors = [found for found in self.recipe.diagnostics if found.severity == "error"]
        return (
            self.recipe.status == "refused"
            and bool(errors)
            and all(
                found.code in _UNREAD and (found.location is None or found.location.file == self.recipe.driver)
                for found in errors
            )
        )


class Selection(Struct, frozen=True):
    """What a folder holds: exactly one of these.

    `chosen` is the outcome that counts; `choices` are several among which the person has to choose; with neither,
    nothing here is to be converted. `considered` is every driver that was looked at; `passed` says why one that holds the
    pattern was not taken.
    """

    chosen: Outcome | None
    choices: tuple[Outcome, ...]
    considered: tuple[Outcome, ...]
    passed: Mapping[str, str] = {}


def convert_driver(
    root: Root,
    paths: frozenset[str],
    driver: str | None,
    options: Options,
    templates: Mapping[str, str] | None = None,
    read: Callable[[Root, str], Source] = read_text,
    ask: Callable[[str], ImageFacts | None] = ask_engine,
    trace: Trace | None = None,
) -> Outcome:
    """Converts the recipe of one driver, reading what the conversion asks for; `read` raises what `read_text` does.

    `ask` tells what an engine has under an image's name; it is called only where the options say so.
    `trace` is a recorded run of the driver; only with one there may be none.

    A file that does not exist is simply not given to the conversion, which knows what its absence means. One that
    is no text, or lies outside the root, refuses the recipe. Raises `Problem` for one that may not be read, or
    where there is no such driver.
    """
    texts: dict[str, Source] = {}
    absent: set[str] = set()
    unreadable: dict[str, Diagnostic] = {}
    images: dict[str, ImageFacts | None] = {}
    wanted: tuple[str, ...] = (driver,) if driver is not None else ()
    for _ in range(MAX_ROUNDS):
        for path in wanted:
            try:
                texts[path] = read(root, path)
            except FileNotFoundError:
                absent.add(path)
            except SourceError as unread:
                unreadable[path] = _unread(unread)
        if driver in absent:
            raise Problem(f"{driver}: no such file below {root.folder}")
        try:
            tree = Tree(paths - absent if absent else paths, texts, unreadable, images)
            answer = _converted(tree, driver, options, templates, trace)
        except (conversion.OptionError, TemplateProblem) as wrong:
            raise UsageProblem(str(wrong)) from wrong
        if not isinstance(answer, Needs):
            return Outcome(_read_again(answer, texts), texts)
        wanted = tuple(path for path in answer.paths if not (path in texts or path in absent or path in unreadable))
        fresh = [image for image in answer.images if image not in images]
        images.update((image, ask(image)) for image in fresh)
        if not wanted and not fresh:
            raise RuntimeError(f"{driver}: the conversion asks again for {', '.join(answer.paths)}")
    raise RuntimeError(f"{driver}: the conversion asked for more files {MAX_ROUNDS} times")


def _read_again(recipe: Recipe, texts: Mapping[str, Source]) -> Recipe:
    """The recipe with what a second reader says of a script that could not be read."""
    if recipe.status != "refused" or not any(found.code == "STG301" for found in recipe.diagnostics):
        return recipe
    from converter.batch.second_reading import with_second_opinion

    return with_second_opinion(recipe, texts)


def _converted(
    tree: Tree, driver: str | None, options: Options, templates: Mapping[str, str] | None, trace: Trace | None
) -> Recipe | Needs:
    if trace is not None:
        from converter.traced import convert_recorded

        return convert_recorded(tree, driver, options, trace, templates)
    assert driver is not None
    return conversion.convert(tree, driver, options, templates)


def convert_folder(
    root: Root, paths: frozenset[str], options: Options, templates: Mapping[str, str] | None = None
) -> Selection:
    """Finds the recipe of a folder by trying every script in it that speaks of building images.

    Raises `UsageProblem` for options that fit none of them.
    """
    outcomes = []
    wrong: dict[str, UsageProblem] = {}
    for driver in candidates(root, paths):
        try:
            outcomes.append(convert_driver(root, paths, driver, options, templates))
        except Problem as problem:
            if isinstance(problem, UsageProblem):
                wrong[driver] = problem
            outcomes.append(Outcome(unreadable_recipe(driver, problem), {}))
    found = select(outcomes)
    meant = [outcome.recipe.driver for outcome in ((found.chosen,) if found.chosen is not None else found.choices)]
    if meant and all(driver in wrong for driver in meant):
        raise wrong[meant[0]]
    return found


def select(outcomes: Iterable[Outcome]) -> Selection:
    """Which of the drivers of a folder counts.

    A script that other scripts of a recipe call is part of theirs, unless they only call it (`callers`). One that holds the pattern wins over one that
    could not be read, and that over a recipe which is multi-stage already; several of the first kind that says
    something are a choice, several multi-stage ones are not, as there is nothing to do for any.
    """
    considered = tuple(outcomes)
    passed = part_of([outcome.recipe for outcome in considered if outcome.is_recipe and not outcome.is_unread])
    for outcome in considered:
        callers = (other.recipe for other in considered if other.is_recipe and not other.is_unread)
        caller = next((recipe.driver for recipe in callers if outcome.recipe.driver in recipe.scripts[1:]), None)
        if caller is not None and not outcome.is_recipe:
            passed[outcome.recipe.driver] = f"{caller} calls it"
    own = [outcome for outcome in considered if outcome.recipe.driver not in passed]
    sure = [outcome for outcome in own if outcome.is_recipe and not outcome.is_unread]
    unread = [outcome for outcome in own if outcome.is_unread]
    done = [outcome for outcome in own if outcome.recipe.status == "already-multi-stage"]
    if sure:
        passed |= {
            one.recipe.driver: f"it could not be read, and {sure[0].recipe.driver} holds the pattern" for one in unread
        }
    for found in (sure, unread):
        if len(found) == 1:
            return Selection(found[0], (), considered, passed)
        if found:
            return Selection(None, tuple(found), considered, passed)
    return Selection(done[0] if done else None, (), considered, passed)


def _unread(unread: SourceError) -> Diagnostic:
    code = "STG106" if isinstance(unread, OutsideError) else "STG103"
    place = Location(unread.path, unread.line, unread.column, unread.line, unread.column)
    return replace(error(code, unread.reason), location=place)


def unreadable_recipe(driver: str, problem: Problem) -> Recipe:
    """The answer for a recipe with a file that may not be read."""
    return Recipe(driver, (driver,), "refused", diagnostics=(error("STG103", problem.message, help=problem.help),))
