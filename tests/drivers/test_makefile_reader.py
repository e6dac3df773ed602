"""Reading a Makefile's lines: nothing is lost, and each line is what make takes it for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from converter.drivers.makefile import syntax
from converter.drivers.makefile.reader import parse_assignment, read
from converter.source import Source
from tests.drivers.made import COLLECTION, NAMES


def kinds(text: str) -> list[str]:
    return [type(node).__name__ for node in read(Source("Makefile", text))]


@pytest.mark.parametrize("name", NAMES)
def test_every_character_belongs_to_one_node(name: str) -> None:
    text = (COLLECTION / name / "Makefile").read_text(encoding="utf-8")
    assert "".join(text[node.span.start : node.span.end] for node in read(Source("Makefile", text))) == text


@given(st.text(alphabet="ab:=$(){}#\\\t\n \r;@%|+?!'\",.x", max_size=60))
def test_any_text_is_read_without_a_loss(text: str) -> None:
    nodes = read(Source("Makefile", text))
    assert "".join(text[node.span.start : node.span.end] for node in nodes) == text


def test_a_line_with_a_tab_belongs_to_the_rule_above_it() -> None:
    assert kinds("all: x\n\techo a\n# c\n\n\techo b\n") == ["Rule", "Recipe", "Comment", "Comment", "Recipe"]


def test_an_assignment_ends_a_rule() -> None:
    assert kinds("all:\nA = 1\n\techo\n") == ["Rule", "Assignment", "Problem"]


def test_conditionals_do_not_end_a_rule() -> None:
    assert kinds("all:\nifdef X\n\techo\nendif\n\techo\n") == ["Rule", "Conditional", "Recipe", "Conditional", "Recipe"]


def test_a_define_is_one_node_with_its_nested_ones() -> None:
    (node,) = read(Source("Makefile", "define A\ndefine B\nx\nendef\nendef\n"))
    assert isinstance(node, syntax.Define)
    assert (node.name, node.body) == ("A", "define B\nx\nendef")


def test_continued_lines_are_one() -> None:
    (node,) = read(Source("Makefile", "A = one \\\n    two # and\n"))
    assert isinstance(node, syntax.Assignment)
    assert node.value == "one two "


def test_a_hash_inside_a_reference_begins_no_comment() -> None:
    (node,) = read(Source("Makefile", "A = $(shell echo '#') b # c\n"))
    assert isinstance(node, syntax.Assignment)
    assert node.value == "$(shell echo '#') b "


def test_a_recipe_may_stand_behind_a_semicolon() -> None:
    text = "all: x ; docker build .\n"
    (node,) = read(Source("Makefile", text))
    assert isinstance(node, syntax.Rule)
    assert node.recipe is not None
    assert (node.text, text[node.recipe.start : node.recipe.end]) == ("all: x ", "docker build .")


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("A=b", ("A", "=", "b")),
        ("A := b c", ("A", ":=", "b c")),
        ("A ::= b", ("A", "::=", "b")),
        ("A ?= b", ("A", "?=", "b")),
        ("A += b", ("A", "+=", "b")),
        ("A != ls", ("A", "!=", "ls")),
        ("$(X)_Y = b", ("$(X)_Y", "=", "b")),
        ("a: b", None),
        ("a: B = c", None),
        ("a b = c", None),
    ],
)
def test_assignments_are_told_from_rules(text: str, parsed: tuple[str, str, str] | None) -> None:
    assert parse_assignment(text) == parsed
