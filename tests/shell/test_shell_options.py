"""`set`, `shopt` and `alias`: what they change in the commands behind them."""

from __future__ import annotations

import pytest

from converter.diagnostics import Refusal
from tests.shell.support import run, tags

BASH = "#!/bin/bash\n"


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("for x in src/*.go; do docker tag $x b; done", ["src/main.go"]),
        ("set -f; for x in src/*.go; do docker tag $x b; done", ["src/*.go"]),
        ("set -o noglob; for x in src/*.go; do docker tag $x b; done", ["src/*.go"]),
        ("set -f; set +f; for x in src/*.go; do docker tag $x b; done", ["src/main.go"]),
        ("shopt -s globstar; for x in src/*.go; do docker tag $x b; done", []),
        ("shopt -s globstar; shopt -u globstar; for x in src/*.go; do docker tag $x b; done", ["src/main.go"]),
        ("set -o pipefail; false | true && docker tag a b; true | true && docker tag c d", ["c"]),
        ("false | true && docker tag a b", ["a"]),
        ("set -eo pipefail; docker tag a b; false | true; docker tag c d", ["a"]),
        ("! (( 0 )) && docker tag a b; ! (( 1 )) && docker tag c d", ["a"]),
        ("alias d=docker; d tag a b; docker tag c d", ["c"]),
    ],
)
def test_options_change_what_runs(script: str, expected: list[str]) -> None:
    assert [first for first, *_ in tags(run(BASH + script))] == expected


@pytest.mark.parametrize(
    "script",
    ["#!/bin/bash\nshopt -s expand_aliases\nalias d=docker\nd tag a b\n", "#!/bin/sh\nalias d=docker\nd tag a b\n"],
)
def test_the_use_of_an_alias_is_refused_where_the_shell_expands_it(script: str) -> None:
    with pytest.raises(Refusal) as refusal:
        run(script)
    assert refusal.value.diagnostic.message == "`d` is an alias here, which is not followed"


def test_an_alias_that_nothing_uses_changes_nothing() -> None:
    assert tags(run("#!/bin/sh\nalias d=docker\ndocker tag a b\n")) == [["a", "b"]]


def test_dash_has_no_arithmetic_command() -> None:
    found = run("#!/bin/dash\n(( 1 )) && docker tag a b\n")
    events = [event for event in found.events if getattr(event, "verb", "") == "tag"]
    assert [len(event.state.conditions) for event in events] == [1]
