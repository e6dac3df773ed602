"""Which recipes make runs for a goal, and in which order (manual, 4 Writing Rules and 10.5.4 Implicit Rule Search)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from msgspec import Struct

from converter.diagnostics import refuse
from converter.drivers.makefile.builtin import MAKERS
from converter.drivers.makefile.database import Database, RecipeLine, Rule, TargetVariable
from converter.drivers.makefile.scan import reference_end
from converter.drivers.makefile.words import match_stem
from converter.machine.value import is_known

MAX_CHAIN = 4
"""How many pattern rules may lead from one file to the next."""


class Job(Struct, frozen=True):
    """A recipe that runs for a target: with its prerequisites and the stem of the pattern."""

    target: str
    rule: Rule
    prerequisites: tuple[str, ...]
    order_only: tuple[str, ...]
    stem: str
    variables: tuple[TargetVariable, ...]

    @property
    def lines(self) -> list[RecipeLine]:
        """The recipe."""
        return self.rule.recipe


class Files(Protocol):
    """What exists at this moment."""

    def exists(self, path: str) -> bool:
        """Whether there is a file or folder of this name, as the makefile writes it."""


class Order:
    """Walks from goals to their prerequisites, running each target's recipe at most once.

    `run` is called with each job in order. Targets in `done` are taken to be made.
    """

    def __init__(self, database: Database, files: Files, run: Callable[[Job], None]) -> None:
        self.database = database
        self.files = files
        self.run = run
        self.done: dict[str, bool] = {}
        self.making: set[str] = set()
        self.explicit: dict[str, list[Rule]] = {}
        for rule in database.rules:
            if not rule.is_pattern:
                for target in rule.targets:
                    self.explicit.setdefault(target, []).append(rule)
        self.patterns = [rule for rule in database.rules if rule.is_pattern]

    def make(self, target: str, inherited: tuple[TargetVariable, ...] = (), needed_by: str = "") -> bool:
        """Brings a target up to date; tells whether a recipe ran or the file is new. Raises `Refusal`."""
        if target in self.done:
            return self.done[target]
        if target in self.making or not is_known(target):
            # a circular dependency is dropped by make, with a message
            return False
        self.making.add(target)
        try:
            made = self._make(target, inherited, needed_by)
        finally:
            self.making.discard(target)
        self.done[target] = made
        return made

    def _make(self, target: str, inherited: tuple[TargetVariable, ...], needed_by: str) -> bool:
        own = tuple(v for v in self.database.target_variables if self.applies(v.target, target))
        variables = (*inherited, *own)
        rules = self.explicit.get(target, [])
        if any(rule.is_double for rule in rules):
            made = False
            for rule in rules:
                job = Job(target, rule, rule.prerequisites, rule.order_only, rule.stem or "", variables)
                made = self.one(job, rules) or made
            return made
        with_recipe = [rule for rule in rules if rule.recipe]
        chosen = with_recipe[-1] if with_recipe else None
        ordered = ([chosen] if chosen else []) + [rule for rule in rules if rule is not chosen]
        prerequisites = _unique(word for rule in ordered for word in rule.prerequisites)
        order_only = _unique(word for rule in ordered for word in rule.order_only)
        stem = (chosen.stem if chosen else None) or ""
        if chosen is None and target not in self.database.phony:
            found = self.implicit(target, 0)
            if found is not None:
                rule, stem = found
                chosen = rule
                own_words = [word.replace("%", stem, 1) for word in rule.prerequisites]
                prerequisites = _unique([*own_words, *prerequisites])
                order_only = _unique([*(word.replace("%", stem, 1) for word in rule.order_only), *order_only])
        if chosen is None:
            if not rules and target not in self.database.phony and not self.files.exists(target):
                self.missing(target, needed_by)
            made = False
            for word in (*prerequisites, *order_only):
                made = self.make(word, variables, target) or made
            return made or target in self.database.phony or not self.files.exists(target)
        return self.one(Job(target, chosen, prerequisites, order_only, stem, variables), rules)

    def one(self, job: Job, rules: list[Rule]) -> bool:
        """Makes the prerequisites of a job, and runs it where its target is not up to date."""
        changed = False
        for word in job.prerequisites:
            changed = self.make(word, job.variables, job.target) or changed
        for word in job.order_only:
            self.make(word, job.variables, job.target)
        for rule in (job.rule, *rules):
            if rule.uncertain is not None:
                place = rule.uncertain
                raise refuse(
                    "STG302",
                    f"whether `{job.target}` has this rule is decided by a value from outside the makefile",
                    place.source,
                    place.span,
                    "give the value with --env NAME=VALUE",
                )
        old = self.files.exists(job.target) and job.target not in self.database.phony
        forced = job.rule.is_double and not job.prerequisites
        if old and not changed and not forced:
            return False
        self.run(job)
        return True

    def applies(self, pattern: str, target: str) -> bool:
        return pattern == target or ("%" in pattern and match_stem(pattern, target) is not None)

    def implicit(self, target: str, depth: int) -> tuple[Rule, str] | None:
        """The pattern rule that makes the target: the shortest stem first, its prerequisites exist or can be made."""
        found: list[tuple[int, int, Rule, str]] = []
        name = target.rpartition("/")[2]
        for index, rule in enumerate(self.patterns):
            if not rule.recipe:
                continue
            for pattern in rule.targets:
                if "/" in pattern or "%" not in pattern:
                    stem = match_stem(pattern, target) if "%" in pattern else None
                    folder = ""
                else:
                    stem = match_stem(pattern, name)
                    folder = target[: len(target) - len(name)]
                if stem is not None and (stem or pattern != "%"):
                    found.append((len(stem), index, rule, folder + stem))
                    break
        for _, _, rule, stem in sorted(found, key=lambda item: item[:2]):
            words = [word.replace("%", stem, 1) for word in rule.prerequisites]
            if all(self.can_exist(word, depth) for word in words if is_known(word)):
                return rule, stem
        return None

    def can_exist(self, word: str, depth: int) -> bool:
        if word in self.explicit or self.files.exists(word) or word in self.done:
            return True
        if any(word in rule.prerequisites for rule in self.database.rules if not rule.is_pattern):
            # it is mentioned in the makefile, so it ought to exist
            return True
        return depth < MAX_CHAIN and self.implicit(word, depth + 1) is not None

    def missing(self, target: str, needed_by: str) -> None:
        needing = next((r for r in self.explicit.get(needed_by, []) if target in r.prerequisites + r.order_only), None)
        if needing is None:
            needing = next((rule for rule in self.patterns), None) if needed_by else None
        elsewhere = self.database.searches
        raise refuse(
            "STG104",
            f"no rule makes `{target}`" + (f", which `{needed_by}` needs" if needed_by else ""),
            needing.source if needing else None,
            needing.span if needing else None,
            "write its folder in front: what VPATH and `vpath` find is not followed" if elsewhere else
            "make stops here in a clean checkout",
        )  # fmt: skip


def may_be_built_in(target: str, files: Files) -> bool:
    """Whether one of make's own rules may find a file to make the target from."""
    return any(files.exists(target + suffix) for suffix in MAKERS)


def written_words(text: str) -> list[str]:
    """The blank-separated words of a text, references whole."""
    words: list[str] = []
    position = start = 0
    while position < len(text):
        if text[position] in " \t":
            if start < position:
                words.append(text[start:position])
            position += 1
            start = position
        elif text[position] == "$":
            position = reference_end(text, position)
        else:
            position += 1
    if start < len(text):
        words.append(text[start:])
    return words


def _unique(words: object) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words))  # type: ignore[call-overload]
