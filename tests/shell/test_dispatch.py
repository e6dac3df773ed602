"""Commands whose names come from outside: every function that they may call is followed, under a condition.

Expected lists hold the operands of each `docker tag` with what has to hold for it.
"""

from __future__ import annotations

import pytest

from converter.diagnostics import Refusal
from converter.machine.events import RanCommand, UsedImages
from converter.shell.interpreter import Run
from tests.shell.support import run, shown

FUNCTIONS = """
build() { docker tag build "$1"; }
do_push() { docker tag push x; }
"""


def conditions(found: Run) -> list[tuple[str, list[str]]]:
    """The first operand of each `docker tag`, and the tests that it stands behind."""
    return [
        (shown(found, event.words[2]), [condition.text for condition in event.state.conditions])
        for event in found.events
        if isinstance(event, UsedImages) and event.verb == "tag"
    ]


@pytest.mark.parametrize("name", ['"$@"', "$@", '"$1"', "$1", '"${1:-build}"', '"$ACTION"'])
def test_a_name_from_outside_may_be_every_function(name: str) -> None:
    found = run(FUNCTIONS + name + "\n")
    assert conditions(found) == [("build", [f"{name} calls build"]), ("push", [f"{name} calls do_push"])]


def test_a_part_of_a_name_chooses_among_the_functions_that_fit() -> None:
    assert conditions(run(FUNCTIONS + 'do_"$1" x\n')) == [("push", ['do_"$1" calls do_push'])]


def test_a_name_that_no_function_has_is_a_command_that_stays() -> None:
    found = run(FUNCTIONS + '"run-$1"\n')
    assert conditions(found) == []
    assert [event.name for event in found.events if isinstance(event, RanCommand)] != []


def test_the_arguments_decide_where_they_are_known() -> None:
    found = run(FUNCTIONS + '"$@"\n', ("build", "app"))
    assert [
        (shown(found, e.words[2]), shown(found, e.words[3])) for e in found.events if isinstance(e, UsedImages)
    ] == [("build", "app")]
    assert conditions(found) == [("build", [])]


def test_what_a_case_said_about_the_argument_holds() -> None:
    found = run(FUNCTIONS + 'case "$1" in build) "$1" ;; push) "do_$1" ;; esac\n')
    assert [(name, len(tests)) for name, tests in conditions(found)] == [("build", 1), ("push", 1)]


def test_the_functions_words_are_those_behind_the_name() -> None:
    found = run("build() { docker tag $1 x; }\n" + '"$ACTION" app\n')
    assert [name for name, _ in conditions(found)] == ["app"]


def test_a_function_that_calls_by_name_is_followed_once() -> None:
    found = run('again() { "$@"; }\nbuild() { docker tag build x; }\n"$@"\n')
    assert [name for name, _ in conditions(found)] == ["build"]


def test_a_function_without_the_pattern_that_cannot_be_followed_stays() -> None:
    found = run('shell() { eval "$(settings)"; }\n' + FUNCTIONS + '"$@"\n')
    assert [name for name, _ in conditions(found)] == ["build", "push"]


def test_a_function_with_the_pattern_that_cannot_be_followed_is_refused() -> None:
    with pytest.raises(Refusal) as refusal:
        run('image() { docker build .; eval "$(settings)"; }\n"$@"\n')
    assert refusal.value.diagnostic.code == "STG302"


@pytest.mark.parametrize("loop", ['for x in "$@"; do $x; done', 'for x in $STEPS; do "$x"; done'])
def test_a_loop_over_names_from_outside_is_refused_where_they_may_be_functions_that_build(loop: str) -> None:
    with pytest.raises(Refusal) as refusal:
        run(f"image() {{ docker build .; }}\n{loop}\n")
    assert refusal.value.diagnostic.code == "STG302"
    assert run(f"hello() {{ echo hello; }}\n{loop}\n").final is not None
