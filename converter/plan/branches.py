"""What branches of the script reach differently: the refusal names the test, its outcomes and how to choose."""

from __future__ import annotations

import re
from collections.abc import Sequence

from converter.diagnostics import Refusal, refuse
from converter.machine.events import Event
from converter.machine.predicate import Atom, Condition, Not, Predicate, atoms, decide
from converter.machine.value import Unknowns

_ASKING = r"(?s)\b(docker|podman|nerdctl|buildah)\b.*\b(images?|ps|inspect|container)\b"


def undecided(what: str, options: Sequence[tuple[Condition, str]], unknowns: Unknowns) -> Refusal:
    """The refusal for something that is another thing on each of several paths: what each path gives, in words."""
    condition = options[0][0]
    test = condition.text.partition(" in ")[0] or " ".join(condition.source.slice(condition.span).split())
    outcomes = "; ".join(f"{_when(one)} {outcome}" for one, outcome in options)
    return refuse(
        "STG302",
        f"{what} depends on the test `{test}`: {outcomes}",
        condition.source,
        condition.span,
        _choosing([one.predicate for one, _ in options], unknowns),
    )


def parting(one: Event, other: Event) -> tuple[Condition, Condition] | None:
    """The outcomes of a test that decide which of two events happens; None where it is no test that parts them."""
    mine = next((c for c in one.state.conditions if decide(c.predicate, other.state.facts) is False), None)
    yours = next((c for c in other.state.conditions if decide(c.predicate, one.state.facts) is False), None)
    return (mine, yours) if mine is not None and yours is not None else None


def _when(condition: Condition) -> str:
    if condition.holds is None and condition.text:
        return f"in the arm {condition.text.partition(' in ')[2]}"
    if condition.holds is None:
        return "on another way," if isinstance(condition.predicate, Not) else "on one way,"
    return "where it holds," if condition.holds else "where it does not,"


def _choosing(predicates: list[Predicate], unknowns: Unknowns) -> str:
    """What the person can do: the variables and arguments that decide the test."""
    names: dict[str, None] = {}
    arguments = False
    for predicate in predicates:
        for atom in atoms(predicate):
            for part in atom.key[1:]:
                for unknown in unknowns.tokens_in(part) if isinstance(part, str) else ():
                    found = re.match(r"\$\{?([A-Za-z_]\w*|[0-9#@*])", unknown.expression)
                    if found is None:
                        continue
                    if found[1].isidentifier():
                        names[found[1]] = None
                    else:
                        arguments = True
    ways = [f"--env {name}=VALUE" for name in names]
    if arguments:
        ways.append("the script's arguments after --")
    if ways:
        return "choose with " + " and ".join(ways) + ", or convert this part by hand"
    return "move the commands of the builder pattern out of the construct, or convert this part by hand"


def asks_engine(predicate: Predicate, unknowns: Unknowns) -> bool:
    """Whether a test only asks the engine which images and containers there are."""

    def asks(atom: Atom) -> bool:
        if atom.key[0] == "engine":
            return True
        tokens = [unknown for part in atom.key[1:] if isinstance(part, str) for unknown in unknowns.tokens_in(part)]
        return bool(tokens) and all(re.search(_ASKING, unknown.expression) for unknown in tokens)

    found = atoms(predicate)
    return bool(found) and all(asks(atom) for atom in found)
