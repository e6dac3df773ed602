"""The commands and variables that GNU make itself gives, on the collection in `makefiles/`."""

from __future__ import annotations

import re

import pytest

from converter.diagnostics import Refusal
from converter.drivers.makefile.driver import _names
from tests.drivers.made import COLLECTION, NAMES, agrees, make, predicted, shown, texts_of


def goals_of(name: str) -> list[str]:
    """Every goal that the makefile of a case has itself."""
    run = predicted(texts_of(name))
    return _names(run, run.makefiles["Makefile"].sources["Makefile"])


@pytest.mark.parametrize("name", NAMES)
def test_every_goal_runs_the_commands_that_make_says(name: str) -> None:
    texts = texts_of(name)
    for goal in ("", *goals_of(name)):
        words = (goal,) if goal else ()
        real = make(COLLECTION / name, *words)
        lines = [line for line in real.stdout.splitlines() if not _is_chatter(line)]
        if real.returncode != 0:
            with pytest.raises(Refusal):
                predicted(texts, *words)
            continue
        mine = shown(predicted(texts, *words))
        assert len(mine) == len(lines), (goal, mine, lines)
        for ours, theirs in zip(mine, lines, strict=True):
            assert agrees(ours, theirs), (goal, ours, theirs)


def _is_chatter(line: str) -> bool:
    return re.match(r"make(\[\d+\])?: (Nothing to be done|'.*' is up to date|Circular)", line) is not None


@pytest.mark.parametrize("name", NAMES)
def test_docker_commands_are_known_but_for_what_comes_from_outside(name: str) -> None:
    lines = [line for line in shown(predicted(texts_of(name))) if line.startswith("docker ")]
    known = [line for line in lines if re.sub(r"\S*\0\S*", "", line).split()[:2] == line.split()[:2]]
    assert len(known) == len(lines)


def test_nearly_all_docker_commands_are_known_wholly() -> None:
    """What the environment, git or another command of the host gives is from outside, and no make knows it either."""
    known, every = 0, 0
    for name in NAMES:
        run = predicted(texts_of(name))
        texts = [text.text for recipe in run.lines for text in recipe.texts if text.text.startswith("docker ")]
        for text in texts:
            inside = [unknown.why for unknown in run.unknowns.tokens_in(text) if unknown.expression != "$PWD"]
            every += 1
            known += all("from outside" in why or "output of a command" in why for why in inside)
    assert every > 150
    assert known / every >= 0.95


@pytest.mark.parametrize("name", NAMES)
def test_variables_have_the_values_that_make_says(name: str) -> None:
    run = predicted(texts_of(name))
    database = run.makefiles["Makefile"]
    expander = database.expander
    names = [
        key for key, variable in expander.variables.items()
        if variable.origin == "file" and re.fullmatch(r"\w+", key) and key not in ("MAKEFILE_LIST", "CURDIR")
    ]  # fmt: skip
    if not names:
        return
    asking = "\n".join(f"$(info {key}=<$(subst $(newline), ,$({key}))>)" for key in names)
    text = "define newline\n\n\nendef\ninclude Makefile\n" + asking + "\n"
    asked = make(COLLECTION / name, flags=("-n", "-f", "-"), text=text).stdout
    for key in names:
        found = re.search(rf"^{key}=<(.*?)>$", asked, re.MULTILINE | re.DOTALL)
        assert found is not None, (key, asked)
        mine = re.sub("\0\\d+\1", "\0", " ".join(expander.value(key, ()).split("\n")))
        assert agrees(mine, found.group(1).replace("\n", " ")), (key, mine, found.group(1))
