"""A batch from the survey of its trees to recipes that may be written, and their writing.

Everything is converted before anything is written, so that the outcome depends on the trees as they were found and
not on an order; a run that was cut off while writing is taken up from the journal with the same outcome.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from hashlib import sha256
from tempfile import TemporaryDirectory

from msgspec import Struct, field
from msgspec.structs import replace

from converter.batch.changes import Change
from converter.batch.discovery import Root
from converter.batch.groups import Member, group, independent, new_texts, settle
from converter.batch.journal import Journal, Past, Planned, Written
from converter.batch.problems import Problem
from converter.batch.relocate import relocate
from converter.batch.roots import Place, Survey
from converter.batch.task import Finished, Task, convert_task, failed, refused
from converter.batch.transaction import is_made, write_changes
from converter.batch.workers import Failure, run_all, run_here
from converter.batch.workspace import Reader, Workspace, save
from converter.convert import Options, starting_files
from converter.diagnostics import error
from converter.result import Recipe
from converter.source import SourceError

Progress = Callable[[str, int, int], None]
"""Is told what is going on, how many recipes of it are done, and of how many."""


class Settings(Struct, frozen=True):
    """How a batch is run: options and templates hold for every recipe.

    `jobs` is how many processes convert; with 0 it is done in this one, without a time limit.
    """

    jobs: int
    timeout_seconds: float | None
    options: Options = Options()
    templates: Mapping[str, str] | None = None


class Entry(Struct, frozen=True):
    """A recipe of the batch with its tree; `is_written` tells that an earlier run of this journal has written it."""

    place: Place
    member: Member
    is_written: bool = False


class Batch(Struct, frozen=True):
    """The recipes in order, and which of them belong together, by their numbers; groups already written are left out."""

    survey: Survey
    entries: tuple[Entry, ...]
    groups: tuple[tuple[int, ...], ...]


class Result(Struct, frozen=True):
    """A recipe as it is shown: all paths are relative to the base of the batch.

    `texts` are those that its diagnostics speak of; `trace` is the traceback of an internal error.
    """

    recipe: Recipe
    changes: tuple[Change, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    trace: str = ""


def plan(survey: Survey, settings: Settings, journal: Journal | None, progress: Progress) -> Batch:
    """Converts every recipe below the roots, and settles what those that share files make of them. Writes nothing.

    Raises `UsageProblem` for options that hold for no recipe.
    """
    past = journal.past if journal is not None else Past()
    with TemporaryDirectory(prefix="stageify-") as folder:
        desks = [_desk(place, settings, past, os.path.join(folder, str(at))) for at, place in enumerate(survey.places)]
        finished = _convert(desks, settings, journal, progress)
        entries = [
            Entry(desk.place, _member(desk, driver, finished[at, driver]), driver in desk.written)
            for at, desk in enumerate(desks)
            for driver in desk.drivers
        ]
        return _settled(survey, entries, {id(desk.place): desk for desk in desks}, settings)


def write(batch: Batch, journal: Journal | None, progress: Progress) -> Batch:
    """Writes every converted recipe, group by group, each with all of its files or none; one that fails is refused."""
    entries = list(batch.entries)
    todo = [numbers for numbers in batch.groups if any(entries[at].member.finished.changes for at in numbers)]
    for done, numbers in enumerate(todo):
        progress("writing", done, len(todo))
        members = [entries[at] for at in numbers]
        folder, changes = _changes_together(members)
        try:
            if journal is not None:
                journal.write(folder, changes, ((e.place.root.folder, e.member.finished) for e in members))
            write_changes(folder, changes)
        except Problem as problem:
            for at in numbers:
                found = error("STG111", problem.message, help=problem.help)
                entries[at] = _with_recipe(entries[at], refused(entries[at].member.recipe, found))
    progress("writing", len(todo), len(todo))
    return replace(batch, entries=tuple(entries))


def results(batch: Batch) -> Iterator[Result]:
    """The recipes as they are shown."""
    for entry in batch.entries:
        prefix, finished = entry.place.prefix, entry.member.finished
        yield Result(
            relocate(finished.recipe, prefix),
            tuple(replace(change, path=prefix + change.path) for change in finished.changes),
            {prefix + path: text for path, text in finished.texts.items()},
            finished.trace,
        )


class _Desk(Struct, frozen=True):
    """A tree with everything that is known about it before its recipes are converted."""

    place: Place
    drivers: tuple[str, ...]
    workspace: Workspace
    path: str
    listing: str
    reader: Reader
    known: Mapping[str, Finished]
    written: frozenset[str]


def _desk(place: Place, settings: Settings, past: Past, path: str) -> _Desk:
    """Looks up what an earlier run has done in a tree, and sees the tree as that run saw it first."""
    folder = place.root.folder
    files, texts = set(place.paths), {}
    known: dict[str, Finished] = {}
    for line in past.written:
        if not is_made(line.folder, line.changes):
            continue
        for tree, finished in line.recipes:
            if tree == folder:
                known[finished.recipe.driver] = finished
        for name, before in _before(line, place.root):
            if before is None:
                files.discard(name)
            else:
                files.add(name)
                texts[name] = before.decode("utf-8", "surrogateescape")
    written = frozenset(known)
    drivers = (*place.drivers, *sorted(written - set(place.drivers)))
    workspace = Workspace(place.root, frozenset(files), texts, settings.options, settings.templates)
    listing = sha256("\0".join(sorted(files)).encode("utf-8", "surrogateescape")).hexdigest()
    reader = Reader(workspace)
    for driver in drivers:
        line_of = past.planned.get((folder, driver))
        if driver not in known and line_of is not None and _is_unchanged(line_of, listing, reader):
            known[driver] = line_of.finished
    return _Desk(place, drivers, workspace, path, listing, reader, known, written)


def _before(line: Written, root: Root) -> Iterator[tuple[str, bytes | None]]:
    """The files of a written group that lie in a tree, as they were."""
    for change in line.changes:
        name = os.path.relpath(os.path.join(line.folder, change.path), root.folder).replace(os.sep, "/")
        if not name.startswith("../"):
            yield name, change.before


def _is_unchanged(line: Planned, listing: str, reader: Reader) -> bool:
    return line.listing == listing and all(
        reader.digest(path) == digest for path, digest in line.finished.inputs.items()
    )


def _convert(
    desks: Sequence[_Desk], settings: Settings, journal: Journal | None, progress: Progress
) -> dict[tuple[int, str], Finished]:
    """What became of every driver of every tree; what is known already is not done again."""
    finished = {(at, driver): found for at, desk in enumerate(desks) for driver, found in desk.known.items()}
    todo = [(at, driver) for at, desk in enumerate(desks) for driver in desk.drivers if (at, driver) not in finished]
    total = len(todo) + len(finished)
    for at in sorted({at for at, _ in todo}):
        save(desks[at].workspace, desks[at].path)
    tasks = [Task(desks[at].path, driver) for at, driver in todo]
    progress("converting", len(finished), total)
    for number, found in _run(tasks, settings):
        at, driver = todo[number]
        finished[at, driver] = found
        if journal is not None and found.inputs:
            journal.plan(desks[at].place.root.folder, desks[at].listing, found)
        progress("converting", len(finished), total)
    return finished


def _run(tasks: Sequence[Task], settings: Settings) -> Iterator[tuple[int, Finished]]:
    if not tasks:
        return
    if settings.jobs:
        answers = run_all(convert_task, tasks, min(settings.jobs, len(tasks)), settings.timeout_seconds)
    else:
        answers = run_here(convert_task, tasks)
    for number, found in answers:
        yield number, failed(tasks[number].driver, found) if isinstance(found, Failure) else found


def _member(desk: _Desk, driver: str, finished: Finished) -> Member:
    if finished.recipe.status == "refused":
        with suppress(SourceError, FileNotFoundError, Problem):
            text = desk.reader.read(desk.place.root, driver).text
            return Member(desk.place.prefix, finished, text, starting_files(desk.workspace.paths))
    return Member(desk.place.prefix, finished)


def _settled(survey: Survey, entries: Sequence[Entry], desks: Mapping[int, _Desk], settings: Settings) -> Batch:
    """The recipes of their own, grouped, each group settled."""
    own = {id(member) for member in independent([entry.member for entry in entries])}
    kept = [entry for entry in entries if id(entry.member) in own]
    fresh = [at for at, entry in enumerate(kept) if not entry.is_written]
    groups = [[fresh[at] for at in numbers] for numbers in group([kept[at].member for at in fresh])]
    shared = [numbers for numbers in groups if len(numbers) > 1]
    for at, finished in _converted_together(kept, shared, desks, settings):
        kept[at] = replace(kept[at], member=replace(kept[at].member, finished=finished))
    for numbers in shared:
        for at, member in zip(numbers, settle([kept[at].member for at in numbers]), strict=True):
            kept[at] = replace(kept[at], member=member)
    return Batch(survey, tuple(kept), tuple(tuple(numbers) for numbers in groups))


def _converted_together(
    entries: Sequence[Entry], groups: Iterable[Sequence[int]], desks: Mapping[int, _Desk], settings: Settings
) -> Iterator[tuple[int, Finished]]:
    """Recipes that keep a file for a script which is converted with them, converted again beside the new script."""
    todo: list[tuple[int, Task]] = []
    for numbers in groups:
        members = [entries[at].member for at in numbers]
        for at in numbers:
            entry = entries[at]
            instead = new_texts(members, entry.member)
            if any(found.code == "STG604" for found in entry.member.recipe.diagnostics) and instead:
                desk = desks[id(entry.place)]
                if not os.path.exists(desk.path):
                    save(desk.workspace, desk.path)
                todo.append((at, Task(desk.path, entry.member.recipe.driver, instead)))
    for number, finished in _run([task for _, task in todo], settings):
        yield todo[number][0], finished


def _changes_together(entries: Iterable[Entry]) -> tuple[str, list[Change]]:
    """The folder that a group lies in, and its changes relative to it, each once."""
    entries = list(entries)
    folder = os.path.commonpath([entry.place.root.folder for entry in entries])
    changes: dict[str, Change] = {}
    for entry in entries:
        for change in entry.member.finished.changes:
            full = os.path.join(entry.place.root.folder, change.path)
            path = os.path.relpath(full, folder).replace(os.sep, "/")
            changes.setdefault(path, replace(change, path=path))
    return folder, list(changes.values())


def _with_recipe(entry: Entry, recipe: Recipe) -> Entry:
    finished = replace(entry.member.finished, recipe=recipe, changes=())
    return replace(entry, member=replace(entry.member, finished=finished))
