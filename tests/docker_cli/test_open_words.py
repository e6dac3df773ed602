"""An argument of unknown text that was not quoted may stand for any number of arguments."""

from __future__ import annotations

import pytest

from converter.docker_cli.errors import UsageError
from converter.docker_cli.parse import parse

A, B = "\x001\x01", "\x002\x01"


def parsed(line: str, images: tuple[str, ...] = ()) -> tuple[list[str], list[str]]:
    """The options that are not known and the operands of a command line whose `$A` and `$B` are open words."""
    argv = [{"$A": A, "$B": B}.get(word, word) for word in line.split()]
    open_words = frozenset(index for index, word in enumerate(argv) if word in (A, B))
    command = parse(argv, open_words, lambda text: text in images)
    names = {A: "$A", B: "$B"}
    return [names.get(word.text, word.text) for word in command.options], [
        names.get(word.text, word.text) for word in command.operands
    ]


@pytest.mark.parametrize(
    ("line", "options", "operands"),
    [
        ("docker build $A -t x .", ["$A"], ["."]),
        ("docker build -t x . $A", ["$A"], ["."]),
        ("docker build $A -t x $B .", ["$A", "$B"], ["."]),
        ("docker build -t x $A", [], ["$A"]),
        ("docker build -t $A .", [], ["."]),
        ("docker rm $A $B", [], ["$A", "$B"]),
    ],
)
def test_beside_a_context_they_are_flags(line: str, options: list[str], operands: list[str]) -> None:
    assert parsed(line) == (options, operands)


@pytest.mark.parametrize(
    ("line", "options", "operands"),
    [
        ("docker run $A img make", ["$A"], ["img", "make"]),
        ("docker run $A -d $B img", ["$A", "$B"], ["img"]),
        ("docker create $A", [], ["$A"]),
        ("docker run $A other make", [], ["$A", "other", "make"]),
    ],
)
def test_before_the_name_of_an_image_they_are_flags(line: str, options: list[str], operands: list[str]) -> None:
    assert parsed(line, ("img",)) == (options, operands)


def test_a_word_that_names_an_image_itself_is_the_image() -> None:
    assert parsed("docker run $A img", (A, "img")) == ([], ["$A", "img"])


def test_two_of_them_without_a_context_are_refused() -> None:
    with pytest.raises(UsageError):
        parsed("docker build -t x $A $B")
