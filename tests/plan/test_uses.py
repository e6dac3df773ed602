"""Which uses of a variable an assignment may have given the value of."""

from __future__ import annotations

from converter.machine.events import Assigned
from converter.plan.uses import Uses
from tests.shell.support import run


def uses(script: str) -> list[list[str]]:
    """For each assignment of the script the lines of the uses that it may have given the value of."""
    done = run(script)
    found = Uses(done)
    return [
        [use.source.line_text(use.source.position(use.place)[0]).strip() for use in found.of(event)]
        for event in done.events
        if isinstance(event, Assigned)
    ]


def test_a_use_belongs_to_the_assignment_that_it_sees() -> None:
    assert uses("A=1\necho one $A\nA=2\necho two $A\n") == [["echo one $A"], ["echo two $A"]]


def test_a_comment_an_assignment_and_a_bare_declaration_are_no_uses() -> None:
    assert uses("f() {\nlocal A\nA=1 # A\nmake $A\n}\nf\n") == [["make $A"]]


def test_a_place_that_is_not_followed_may_see_every_assignment() -> None:
    assert uses("A=1\ng() {\nmake $A\n}\nA=2\n") == [["make $A"], ["make $A"]]


def test_a_longer_name_is_another_variable() -> None:
    assert uses("A=1\nmake $AB $A_ \n") == [[]]


def test_the_commands_around_a_use_are_known() -> None:
    done = run("A=1\nmake $(frob $A)\n")
    (assigned,) = [event for event in done.events if isinstance(event, Assigned)]
    (use,) = Uses(done).of(assigned)
    names = [getattr(done.events[number], "name", "") for numbers in use.around for number in numbers]
    assert sorted(names) == ["frob", "make"]
