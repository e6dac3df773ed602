"""Whether a substitution that is asked twice gives the same value, with a change of the tree in between."""

from __future__ import annotations

import pytest

from converter.machine.events import Assigned
from tests.shell.support import run

SAME = [
    ("git describe --tags", "touch new"),
    ("git describe --tags --dirty", "touch new"),
    ("git -C . rev-parse --short HEAD", "touch VERSION"),
    ("git diff --quiet || echo dirty", "mkdir -p a/b"),
    ("uname -m", "touch VERSION"),
    ("jq .version package.json", "touch new"),
    ("git rev-list --count HEAD | tr -d ' '", "rm VERSION"),
]

OTHER = [
    ("git describe --tags --dirty", "touch VERSION"),
    ("git status --porcelain", "touch new"),
    ("git describe --tags", "git tag x"),
    ("git diff --quiet || echo dirty", "docker run -v $PWD:/src img make"),
    ("jq .version package.json", "rm -rf package.json"),
    ("grep -r version .", "touch new"),
    ("python3 -c 'print(1)'", "touch new"),
]


def values(command: str, between: str) -> list[str]:
    followed = run(f"A=$({command})\n{between}\nB=$({command})\n", others={"VERSION": "", "package.json": ""})
    found = {event.name: event.value.flat for event in followed.events if isinstance(event, Assigned)}
    return [found["A"], found["B"]]


@pytest.mark.parametrize(("command", "between"), SAME)
def test_what_a_command_does_not_look_at_changes_nothing(command: str, between: str) -> None:
    first, second = values(command, between)
    assert first == second


@pytest.mark.parametrize(("command", "between"), OTHER)
def test_what_a_command_may_look_at_gives_another_value(command: str, between: str) -> None:
    first, second = values(command, between)
    assert first != second
