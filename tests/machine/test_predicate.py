"""What follows from the outcomes of tests."""

from __future__ import annotations

import pytest

from converter.machine.predicate import (
    ALWAYS,
    NEVER,
    Atom,
    Predicate,
    both,
    constant,
    decide,
    expect,
    learn,
    negate,
    one_of,
    shared,
)

A, B = Atom(("same", "a")), Atom(("same", "b"))
BUILD, PUSH = Atom(("is", "$1", "build")), Atom(("is", "$1", "push"))
MISSING = Atom(("present", "-f", "dist"))


@pytest.mark.parametrize(
    ("predicate", "outcome", "asked", "expected"),
    [
        pytest.param(A, True, A, True, id="what was learned"),
        pytest.param(A, False, negate(A), True, id="the opposite of what was learned"),
        pytest.param(both(A, B), True, B, True, id="a part of what holds"),
        pytest.param(both(A, B), False, B, None, id="one of two does not hold"),
        pytest.param(one_of(A, B), False, A, False, id="a part of what does not hold"),
        pytest.param(one_of(A, B), True, one_of(A, B), True, id="the same choice again"),
        pytest.param(A, True, one_of(A, B), True, id="one is enough"),
        pytest.param(A, False, both(A, B), False, id="both are needed"),
        pytest.param(BUILD, True, PUSH, False, id="a value is no other one"),
        pytest.param(BUILD, False, PUSH, None, id="a value that it is not leaves the others"),
        pytest.param(B, True, A, None, id="something else"),
    ],
)
def test_what_is_learned_decides_what_follows(
    predicate: Predicate, outcome: bool, asked: Predicate, expected: bool | None
) -> None:
    assert decide(asked, learn(predicate, outcome, {})) is expected


def test_known_outcomes_disappear_from_longer_tests() -> None:
    assert both(ALWAYS, A) == A
    assert both(A, NEVER) == NEVER
    assert one_of(NEVER, A) == A
    assert negate(negate(A)) == A
    assert decide(constant(True), {}) is True


def test_a_file_that_nothing_made_is_expected_to_be_missing_until_the_path_says_otherwise() -> None:
    assert decide(MISSING, {}) is None
    assert expect(MISSING, {}) is False
    assert expect(MISSING, learn(MISSING, True, {})) is True


def test_paths_share_what_all_of_them_know() -> None:
    assert shared([{A: True, B: True}, {A: True, B: False}]) == {A: True}
