"""Which goals make an image: one of them, or several in the order that people call them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import permutations

from msgspec import Struct

from converter.drivers.makefile.called import MakeRun
from converter.machine.events import Built, CopiedOut, Created
from converter.source import Source

MAX_JOINED = 7
"""How many goals with docker commands are tried in pairs; more would say little and take long."""

_CALLERS = re.compile(
    r"(^|/)(readme[^/]*|\.travis\.ya?ml|\.gitlab-ci\.ya?ml|circle\.yml|\.circleci/config\.ya?ml|jenkinsfile"
    r"|\.github/workflows/[^/]+\.ya?ml|\.drone\.ya?ml|bitbucket-pipelines\.yml|azure-pipelines\.yml)$",
    re.IGNORECASE,
)


class Goal(Struct, frozen=True):
    """A goal with what its run does."""

    name: str
    works: bool
    builds: bool
    lines: frozenset[int]


def goal_of(name: str, run: MakeRun | None) -> Goal:
    """What a goal's run has; None for a run that is refused, which may have anything."""
    if run is None:
        return Goal(name, False, False, frozenset())
    works = any(isinstance(event, (Built, Created, CopiedOut)) for event in run.events)
    builds = any(isinstance(event, Built) for event in run.events)
    return Goal(name, works, builds, frozenset((*recipe.calls, recipe.line)[0].whole.start for recipe in run.lines))


def sequences(goals: list[Goal], default: str, callers: list[tuple[str, ...]]) -> Iterator[list[tuple[str, ...]]]:
    """Sequences of goals to try, likeliest first; those of one list are equally likely.

    First the default goal, then each one alone, then orders that other files call them in, then pairs and triples.
    """
    working = [goal for goal in goals if goal.builds]
    working.sort(key=lambda goal: (goal.name != default, len(goal.lines)))
    for goal in working:
        yield [(goal.name,)]
    known = {goal.name for goal in goals}
    for order in callers:
        chosen = tuple(dict.fromkeys(name for name in order if name in known))
        if len(chosen) > 1:
            yield [chosen]
    joined = [goal for goal in goals if goal.works][:MAX_JOINED]
    for size in (2, 3):
        if size == 3 and len(joined) > MAX_JOINED - 2:
            return
        found = []
        for several in permutations(joined, size):
            if several[-1].builds and not any(
                a.lines <= b.lines for a in several for b in several if a is not b and a.lines
            ):
                found.append(tuple(goal.name for goal in several))
        if found:
            yield found


def calling_files(names: frozenset[str]) -> list[str]:
    """The files of a tree that show how people call make."""
    return sorted((name for name in names if _CALLERS.search(name)), key=lambda name: (name.count("/"), name))[:20]


def called(texts: Mapping[str, Source], names: list[str]) -> list[tuple[str, ...]]:
    """The goals that each file calls, in order."""
    found = []
    for name in names:
        source = texts.get(name)
        if source is None:
            continue
        goals: list[str] = []
        for match in re.finditer(r"(?<![\w./-])make((?:[ \t]+[\w./%=:-]+)+)", source.text):
            words = match.group(1).split()
            goals += [word for word in words if not word.startswith("-") and "=" not in word]
        if goals:
            found.append(tuple(goals))
    return found
