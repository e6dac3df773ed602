from __future__ import annotations

from typing import Annotated

import pytest
import typer
from msgspec import Struct

from converter.cli.groups import given_words, spread
from converter.cli.options import Named, Told
from tests.cli.running import stageify


class Colours(Struct, frozen=True):
    wall: Annotated[str, typer.Option("--wall", metavar="COLOUR")] = "white"
    doors: Annotated[list[str] | None, typer.Option("--door", metavar="COLOUR")] = None
    shiny: Annotated[bool, typer.Option("--shiny")] = False


def test_the_fields_of_a_group_are_options_of_the_command() -> None:
    seen: list[tuple[str, Colours]] = []

    def paint(house: Annotated[str, typer.Argument()], *, colours: Colours) -> int:
        seen.append((house, colours))
        return 0

    app = typer.Typer()
    app.command()(spread(paint))
    app(["barn", "--wall", "red", "--door", "green", "--door", "blue"], standalone_mode=False)
    app(["shed"], standalone_mode=False)
    assert seen == [("barn", Colours("red", ["green", "blue"])), ("shed", Colours())]


@pytest.mark.parametrize(
    ("group", "words"),
    [
        (Colours(), []),
        (Colours("white", [], False), []),
        (Colours("red", ["green", "blue"], True), ["--wall", "red", "--door", "green", "--door", "blue", "--shiny"]),
        (Told(env=["A=1"], image_facts="facts.toml"), ["--env", "A=1", "--image-facts", "facts.toml"]),
        (Named(target=["a", "b"], cwd="x"), ["--target", "a", "--target", "b", "--cwd", "x"]),
    ],
)
def test_what_a_group_was_told_can_be_told_again(group: Struct, words: list[str]) -> None:
    assert given_words(group) == words


@pytest.mark.parametrize("command", ["convert", "verify", "batch", "review"])
def test_a_schema_is_printed_whatever_else_is_missing(monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    done = stageify(monkeypatch, command, "--json-schema")
    assert (done.status, done.err) == (0, "")
    assert b'"$schema"' in done.out
