"""What a test of the script asks, as far as its outcome is not known from reading.

Two tests that ask the same are equal, so that the second one has the outcome of
the first; what a path has learned (`Facts`) decides other tests that follow from it.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping

from msgspec import Struct

from converter.source import Source, Span


class Atom(Struct, frozen=True):
    """One question. Keys: `("is", value, literal)` for equal strings, whose literal excludes every other one;
    `("present", ...)` for a file that nothing put where a test looks for it; anything else is a question of its own."""

    key: tuple[Hashable, ...]


class Not(Struct, frozen=True):
    """The opposite."""

    inner: Predicate


class All(Struct, frozen=True):
    """Every part holds; without parts it always does."""

    parts: tuple[Predicate, ...]


class Either(Struct, frozen=True):
    """At least one part holds; without parts none does."""

    parts: tuple[Predicate, ...]


Predicate = Atom | Not | All | Either

ALWAYS = All(())
NEVER = Either(())

Facts = Mapping[Predicate, bool]
"""What is known to hold or not to hold on the way to a moment of the script."""


class Condition(Struct, frozen=True):
    """That a path was taken: `predicate` held on it.

    `source` and `span` are the test's place, `events` the numbers of the first event of the test and of the first
    one behind it, `holds` the outcome of the test as it is written, None where several tests led there, and `text` what
    it asks, where its place does not say that.
    """

    predicate: Predicate
    source: Source
    span: Span
    events: tuple[int, int]
    holds: bool | None = None
    text: str = ""


def negate(predicate: Predicate) -> Predicate:
    """The opposite of a predicate."""
    if predicate == ALWAYS:
        return NEVER
    if predicate == NEVER:
        return ALWAYS
    return predicate.inner if isinstance(predicate, Not) else Not(predicate)


def both(left: Predicate, right: Predicate) -> Predicate:
    """That both hold."""
    if left == ALWAYS or right == NEVER:
        return right
    if right == ALWAYS or left == NEVER:
        return left
    return All((left, right))


def one_of(left: Predicate, right: Predicate) -> Predicate:
    """That at least one holds."""
    return negate(both(negate(left), negate(right)))


def constant(outcome: bool) -> Predicate:
    """The predicate whose outcome is known."""
    return ALWAYS if outcome else NEVER


def decide(predicate: Predicate, facts: Facts) -> bool | None:
    """Whether a predicate holds where the facts do; None where they do not tell."""
    known = facts.get(predicate)
    if known is not None:
        return known
    if isinstance(predicate, Not):
        inner = decide(predicate.inner, facts)
        return None if inner is None else not inner
    if isinstance(predicate, All):
        outcomes = [decide(part, facts) for part in predicate.parts]
        return False if False in outcomes else None if None in outcomes else True
    if isinstance(predicate, Either):
        outcomes = [decide(part, facts) for part in predicate.parts]
        return True if True in outcomes else None if None in outcomes else False
    if predicate.key[0] == "is":
        for fact, holds in facts.items():
            if holds and isinstance(fact, Atom) and fact.key[:2] == predicate.key[:2]:
                return fact.key[2] == predicate.key[2]
    return None


def expect(predicate: Predicate, facts: Facts) -> bool | None:
    """`decide` in a clean checkout: a file that nothing put there is missing, as far as that fits the script."""
    missing: dict[Predicate, bool] = {atom: False for atom in atoms(predicate) if atom.key[0] == "present"}
    return decide(predicate, {**missing, **facts}) if missing else decide(predicate, facts)


def learn(predicate: Predicate, outcome: bool, facts: Facts) -> Facts:
    """The facts and what follows from the predicate's outcome."""
    learned = dict(facts)
    waiting: list[tuple[Predicate, bool]] = [(predicate, outcome)]
    while waiting:
        current, holds = waiting.pop()
        if isinstance(current, Not):
            waiting.append((current.inner, not holds))
            continue
        learned[current] = holds
        if (isinstance(current, All) and holds) or (isinstance(current, Either) and not holds):
            waiting += [(part, holds) for part in current.parts]
    return learned


def shared(facts: Iterable[Facts]) -> Facts:
    """What all of several paths know."""
    first, *others = facts
    return {fact: holds for fact, holds in first.items() if all(other.get(fact) == holds for other in others)}


def atoms(predicate: Predicate) -> list[Atom]:
    """The single questions of a predicate."""
    if isinstance(predicate, Atom):
        return [predicate]
    if isinstance(predicate, Not):
        return atoms(predicate.inner)
    return [atom for part in predicate.parts for atom in atoms(part)]
