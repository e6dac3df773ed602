"""Which goals may have to do with an engine, by the words of their recipes: the others need not be followed."""

from __future__ import annotations

import re

from converter.drivers.makefile.builtin import DEFAULTS as BUILT_IN
from converter.drivers.makefile.database import Database, Rule
from converter.drivers.makefile.words import match_stem

_ENGINE = re.compile(r"docker|podman|buildah|nerdctl|\bmake\b|MAKE|\.sh\b|\./", re.IGNORECASE)
_NAMES = re.compile(r"[({]([\w.-]+)")


def speaks_of_an_engine(text: str) -> bool:
    """Whether anything in a makefile may call an engine, a script or make."""
    return _ENGINE.search(text) is not None


def may_reach_an_engine(database: Database, goal: str) -> bool:
    """Whether the recipes of a goal, or of what it needs, may call an engine, a script or make: by their words."""
    variables = database.expander.variables
    calling = {name for name, found in variables.items() if _ENGINE.search(found.value) and name not in BUILT_IN}
    while True:
        more = {
            name for name, found in variables.items()
            if name not in calling and found.origin != "default" and calling & set(_NAMES.findall(found.value))
        }  # fmt: skip
        if not more:
            break
        calling |= more
    by_target: dict[str, list[Rule]] = {}
    for rule in database.rules:
        for target in rule.targets:
            by_target.setdefault(target, []).append(rule)
    patterns = [rule for rule in database.rules if rule.is_pattern]
    waiting, seen = [goal], {goal}
    while waiting:
        name = waiting.pop()
        found = by_target.get(name, [])
        if not any(rule.recipe for rule in found):
            found = [*found, *(r for r in patterns if any(match_stem(p, name) is not None for p in r.targets))]
        for rule in found:
            for line in rule.recipe:
                if _ENGINE.search(line.text) or calling & set(_NAMES.findall(line.text)) or "$$(" in line.text:
                    return True
            for word in (*rule.prerequisites, *rule.order_only):
                chosen = word if "%" not in word else None
                if chosen is None and rule.recipe:
                    return True
                if chosen is not None and chosen not in seen:
                    seen.add(chosen)
                    waiting.append(chosen)
    return False
