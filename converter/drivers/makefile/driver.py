"""Makefiles for GNU make as a driver."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from converter.diagnostics import Refusal, refuse
from converter.drivers.driver import Changes, OptionError, Request, Start
from converter.drivers.makefile import goals
from converter.drivers.makefile.called import MakeRun, follow_recorded
from converter.drivers.makefile.reach import may_reach_an_engine
from converter.drivers.makefile.rewrite import rewrite
from converter.drivers.makefile.run import Words, parse_words, run_goals
from converter.machine import paths
from converter.shell.interpreter import NeedsFiles, Run
from converter.source import Source

MAX_GOALS = 60

DEFAULT_NAMES = ("GNUmakefile", "makefile", "Makefile")
"""What make looks for without `-f`."""


class Makefile:
    """GNU make."""

    name = "make"

    def starts(self, source: Source, request: Request) -> Iterator[list[Start]]:
        """The goals that were named, or those that may make an image."""
        words = parse_words(list(request.arguments or ()))
        if words is None:
            raise OptionError(f"`make {' '.join(request.arguments or ())}` has options that are not followed")
        named = request.targets or words.goals
        if named or request.guide is not None:
            run = partial(_run, source, request, words, named)
            yield [run]
            return
        first = _run(source, request, words, (), others=False, read_only=True)
        database = first.makefiles[source.path]
        default = database.default_goal
        found = []
        refused: list[str] = []
        for name in _names(first, source)[:MAX_GOALS]:
            if not may_reach_an_engine(database, name):
                found.append(goals.goal_of(name, None))
                continue
            try:
                found.append(goals.goal_of(name, _run(source, request, words, (name,), others=False)))
            except Refusal:
                found.append(goals.goal_of(name, None))
                refused.append(name)
        started = False
        for group in goals.sequences(found, default, []):
            if len(group) > 1 or len(group[0]) > 1:
                break
            started = True
            yield [partial(_run, source, request, words, sequence) for sequence in group]
        if not started:
            # nothing builds an image, or what does is refused: the default goal says why
            yield [partial(_run, source, request, words, (default,) if default else ())]
            for name in refused:
                if name != default:
                    yield [partial(_run, source, request, words, (name,))]
        callers = goals.calling_files(request.files.files)
        missing = tuple(path for path in callers if path not in request.texts and path not in request.unreadable)
        if missing and started:
            raise NeedsFiles(missing)
        orders = goals.called(request.texts, callers)
        for group in goals.sequences(found, default, orders):
            if len(group[0]) > 1:
                yield [partial(_run, source, request, words, sequence) for sequence in group]

    def rewrite(
        self, run: Run, changes: Mapping[str, Changes], moved: Mapping[str, str]
    ) -> list[tuple[Source, Changes]]:
        """See `Driver.rewrite`."""
        assert isinstance(run, MakeRun)
        return rewrite(run, changes, moved)


def _names(run: MakeRun, source: Source) -> list[str]:
    """The goals that the makefile itself has, in order."""
    database = run.makefiles[source.path]
    names = [name for rule in database.rules if not rule.is_pattern for name in rule.targets]
    return [name for name in dict.fromkeys(names) if not name.startswith(".") and "\0" not in name]


def _run(
    source: Source,
    request: Request,
    words: Words,
    targets: tuple[str, ...],
    others: bool = True,
    read_only: bool = False,
) -> MakeRun:
    folder = request.cwd if request.cwd is not None else paths.parent(source.path)
    if words.folder:
        folder = paths.join(folder, words.folder)
    run = run_goals(
        source,
        request.texts,
        request.files,
        folder,
        request.environment,
        words.variables,
        targets,
        request.unreadable,
        request.inspector,
        others,
        read_only,
        lambda interpreter, run: follow_recorded(interpreter, run, request) if others else None,
    )
    file = paths.relative(source.path, folder)
    run.command = (
        "make",
        *(() if file in DEFAULT_NAMES else ("-f", file)),
        *(f"{name}={value}" for name, value in words.variables.items()),
        *targets,
    )
    for target in targets if others else ():
        known = {name for rule in run.makefiles[source.path].rules for name in rule.targets}
        if target not in known and not any("%" in name for name in known):
            raise refuse("STG104", f"the makefile has no target `{target}`", source, source.line_span(1))
    return run
