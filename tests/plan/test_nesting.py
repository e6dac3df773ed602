"""Which commands stand inside of others."""

from __future__ import annotations

from converter.machine.events import Event
from converter.plan.nesting import Nesting
from tests.shell.support import run


def nested(script: str) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """For each command with others in it the names of those, and for each one inside of others theirs."""
    events = run(script).events
    nesting = Nesting(events)

    def names(found: list[Event]) -> list[str]:
        return [getattr(event, "name", "") for event in found]

    inside = {getattr(event, "name", ""): names(nesting.inside(event)) for event in events if nesting.inside(event)}
    around = {getattr(event, "name", ""): names(nesting.around(event)) for event in events if nesting.around(event)}
    return inside, around


def test_a_substitution_stands_in_the_command_that_takes_its_output() -> None:
    assert nested("make one\nfrob $(hunt $(seek a))\n") == (
        {"frob": ["seek", "hunt"], "hunt": ["seek"]},
        {"seek": ["frob", "hunt"], "hunt": ["frob"]},
    )


def test_what_a_function_does_that_is_called_in_a_substitution_is_inside_too() -> None:
    inside, around = nested("f() {\nseek a\n}\nA=$(f)\n")
    assert inside == {"A": ["seek"]}
    assert around == {}


def test_commands_in_a_row_are_not_nested() -> None:
    assert nested("make one\nmake two; frob\n") == ({}, {})
